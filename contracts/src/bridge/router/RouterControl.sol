// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title What the owner of a router may do to the router as a whole.
abstract contract RouterControl is Ownable2Step, Pausable {
    using SafeERC20 for IERC20;

    /// @notice A chain has no selector 0.
    error ZeroChainSelector();
    /// @notice Nobody would receive the tokens. The error of Chainlink's router.
    error InvalidRecipientAddress(address to);

    /// @notice This chain's CCIP selector.
    uint64 public immutable chainSelector;

    constructor(address owner_, uint64 chainSelector_) Ownable(owner_) {
        require(chainSelector_ != 0, ZeroChainSelector());
        chainSelector = chainSelector_;
    }

    /// @notice Stops sending and executing. Owner only.
    function pause() external onlyOwner {
        _pause();
    }

    /// @notice Owner only.
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @notice Pays out the fees taken so far, and what was sent here by mistake. Owner only.
    /// @param token the zero address for ether.
    /// @param amount in the token's smallest unit.
    function recoverTokens(address token, address to, uint256 amount) external onlyOwner {
        require(to != address(0), InvalidRecipientAddress(to));
        if (token == address(0)) {
            Address.sendValue(payable(to), amount);
        } else {
            IERC20(token).safeTransfer(to, amount);
        }
    }
}
