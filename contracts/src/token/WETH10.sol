// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20FlashMint} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20FlashMint.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Wrapped ether with permit (ERC-2612) and flash mint (ERC-3156, no fee).
/// @notice One token is one wei that this contract holds, but for tokens that are flash-minted: those are gone by the
/// end of the transaction.
contract WETH10 is ERC20, ERC20Permit, ERC20FlashMint {
    event Deposit(address indexed to, uint256 value);
    event Withdrawal(address indexed from, address indexed to, uint256 value);

    constructor() ERC20("Wrapped Ether v10", "WETH10") ERC20Permit("Wrapped Ether v10") {}

    receive() external payable {
        depositTo(msg.sender);
    }

    /// @notice Wraps the ether sent.
    function deposit() external payable {
        depositTo(msg.sender);
    }

    /// @notice Wraps the ether sent, for `to`.
    function depositTo(address to) public payable {
        _mint(to, msg.value);
        emit Deposit(to, msg.value);
    }

    /// @notice Unwraps `value` wei of the caller's.
    function withdraw(uint256 value) external {
        withdrawTo(payable(msg.sender), value);
    }

    /// @notice Unwraps `value` wei of the caller's and sends them to `to`.
    function withdrawTo(address payable to, uint256 value) public {
        _burn(msg.sender, value);
        emit Withdrawal(msg.sender, to, value);
        Address.sendValue(to, value);
    }

    /// @notice At most 2^112 - 1 wei in one loan, as in the first WETH10.
    function maxFlashLoan(address token) public view override returns (uint256) {
        return token == address(this) ? type(uint112).max : 0;
    }
}
