// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CCIPWrappedEtherBridge} from "./CCIPWrappedEtherBridge.sol";

/// @title One end of the bridge for WETH9.
contract CCIPWETH9Bridge is CCIPWrappedEtherBridge {
    string public constant typeAndVersion = "CCIPWETH9Bridge 1.0.0";

    /// @param owner connects the other end, sets limits, pauses.
    /// @param router of this chain.
    /// @param weth9 of this chain.
    /// @param capacityEther the most that goes through at once in each direction, in whole ether.
    /// @param refillEtherPerHour what becomes free again each hour, in whole ether.
    constructor(
        address owner,
        IRouterClient router,
        IERC20 weth9,
        uint64 capacityEther,
        uint64 refillEtherPerHour
    )
        CCIPWrappedEtherBridge(
            owner, router, weth9, capacityEther, refillEtherPerHour, "Bridged WETH9", "bWETH9"
        )
    {}
}
