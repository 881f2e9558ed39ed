// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CCIPWrappedEtherBridge} from "./CCIPWrappedEtherBridge.sol";

/// @title One end of the bridge for WETH10.
contract CCIPWETH10Bridge is CCIPWrappedEtherBridge {
    /// @param owner connects the other end, sets limits, pauses.
    /// @param router of this chain.
    /// @param weth10 of this chain.
    /// @param capacity most that goes through at once in each direction, in wei.
    /// @param refillPerSecond wei that become free again each second.
    constructor(address owner, IRouterClient router, IERC20 weth10, uint128 capacity, uint128 refillPerSecond)
        CCIPWrappedEtherBridge(owner, router, weth10, capacity, refillPerSecond, "Bridged WETH10", "bWETH10")
    {}
}
