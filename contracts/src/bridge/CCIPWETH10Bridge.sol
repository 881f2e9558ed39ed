// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CCIPWrappedEtherBridge} from "./CCIPWrappedEtherBridge.sol";

/// @title One end of the bridge for WETH10.
contract CCIPWETH10Bridge is CCIPWrappedEtherBridge {
    string public constant typeAndVersion = "CCIPWETH10Bridge 1.0.0";

    /// @param owner connects the other end, sets limits, pauses.
    /// @param router of this chain.
    /// @param weth10 of this chain.
    /// @param capacityEther the most that goes through at once in each direction, in whole ether.
    /// @param refillEtherPerHour what becomes free again each hour, in whole ether.
    constructor(
        address owner,
        IRouterClient router,
        IERC20 weth10,
        uint64 capacityEther,
        uint64 refillEtherPerHour
    )
        CCIPWrappedEtherBridge(
            owner, router, weth10, capacityEther, refillEtherPerHour, "Bridged WETH10", "bWETH10"
        )
    {}
}
