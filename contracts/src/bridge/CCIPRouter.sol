// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IWrappedNative} from "@chainlink/contracts-ccip/contracts/interfaces/IWrappedNative.sol";
import {InboundMessages} from "./router/InboundMessages.sol";
import {OutboundMessages} from "./router/OutboundMessages.sol";
import {RouterControl} from "./router/RouterControl.sol";

/// @title A router with the sender's and receiver's side of Chainlink's CCIP, run by a consortium.
/// @notice Contracts send by `IRouterClient` and receive by `IAny2EVMMessageReceiver`, as with Chainlink's own router,
/// which a Mainnet deployment uses in its place. It is its own on-ramp. Between the chains stand off-ramps: accounts that
/// the owner trusts to deliver what the other chain's router has sent, and nothing else. Messages carry data, no tokens.
contract CCIPRouter is OutboundMessages, InboundMessages {
    string public constant typeAndVersion = "CCIPRouter 1.0.0";

    /// @param owner_ opens lanes, trusts off-ramps, pauses, takes the fees.
    /// @param chainSelector_ of this chain.
    /// @param wrappedNative this chain's wrapped ether, in which fees are kept.
    constructor(address owner_, uint64 chainSelector_, IWrappedNative wrappedNative)
        RouterControl(owner_, chainSelector_)
        OutboundMessages(wrappedNative)
    {}
}
