// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Internal} from "@chainlink/contracts-ccip/contracts/libraries/Internal.sol";
import {MessageV1Codec} from "@chainlink/contracts-ccip/contracts/libraries/MessageV1Codec.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {CCIPRouter} from "../../src/bridge/CCIPRouter.sol";
import {CCIPWETH9Bridge} from "../../src/bridge/CCIPWETH9Bridge.sol";
import {CCIPWrappedEtherBridge} from "../../src/bridge/CCIPWrappedEtherBridge.sol";
import {OperationPause} from "../../src/bridge/OperationPause.sol";
import {InboundMessages} from "../../src/bridge/router/InboundMessages.sol";
import {TwoChains} from "./TwoChains.sol";

/// @notice All that users, off-ramps, thieves and the owner do, in any order: messages are delivered late, out of order,
/// again, with too little gas, while something is paused, over the limit, and by an off-ramp that replaces another.
contract Handler is TwoChains {
    error Unexpected(bytes reason);

    /// ABI-encoded `MessageV1`s of the routers, all that were ever sent.
    bytes[] private _messages;
    /// Messages that no router has sent, and which a stolen off-ramp has delivered.
    bytes[] private _forgeries;
    mapping(bytes32 id => bool) public isDone;
    /// What is on its way, by its destination.
    mapping(uint64 selector => uint256) public mintsTo;
    mapping(uint64 selector => uint256) public releasesTo;
    /// The off-ramp of each chain's router.
    mapping(uint64 selector => address) private _offRamp;
    uint160 private _lastOffRamp = 0xFF0000;

    constructor() {
        _makeChains(address(this));
        (_offRamp[A], _offRamp[B]) = (address(this), address(this));
    }

    function chain(bool isA) public view returns (Chain memory) {
        return isA ? _a : _b;
    }

    function lock(bool onA, uint96 amount) external {
        Chain memory from = chain(onA);
        uint256 free = from.bridge.outgoingCapacity();
        if (free == 0 || from.bridge.isPaused(OperationPause.Operation.Lock) || from.router.paused()) return;
        amount = uint96(bound(amount, 1, free));
        _messages.push(_lock(from, amount));
        mintsTo[chain(!onA).selector] += amount;
    }

    function redeem(bool onA, uint96 amount) external {
        Chain memory from = chain(onA);
        uint256 balance = from.bridge.balanceOf(ALICE);
        uint256 free = from.bridge.outgoingCapacity();
        uint256 most = balance < free ? balance : free;
        if (most == 0 || from.bridge.isPaused(OperationPause.Operation.Redeem) || from.router.paused()) {
            return;
        }
        amount = uint96(bound(amount, 1, most));
        _messages.push(_redeem(from, amount));
        releasesTo[chain(!onA).selector] += amount;
    }

    /// @notice Executes any earlier message, as the off-ramp or as anyone, with any amount of gas.
    function execute(uint256 which, bool asOffRamp, uint24 gas) external {
        if (_messages.length == 0) return;
        _execute(_messages[which % _messages.length], asOffRamp, gas % 4 == 0 ? gas : 2_000_000);
    }

    function _execute(bytes memory message, bool asOffRamp, uint256 gas) private {
        CCIPRouter router = _routerOf(message);
        bytes32 id = keccak256(message);
        vm.prank(asOffRamp ? _offRamp[router.chainSelector()] : ALICE);
        try router.execute{gas: gas}(message, 0) returns (Internal.MessageExecutionState state) {
            require(!isDone[id], Unexpected("executed twice"));
            if (state == Internal.MessageExecutionState.SUCCESS) _arrived(id, message);
        } catch (bytes memory reason) {
            // Too little gas reverts with anything, and changes nothing.
            if (gas == 2_000_000) _expected(reason);
        }
    }

    function _expected(bytes memory reason) private pure {
        bytes4 selector = bytes4(reason);
        require(
            selector == InboundMessages.SkippedAlreadyExecutedMessage.selector
                || selector == InboundMessages.NoStateProgressMade.selector
                || selector == InboundMessages.OnlyOffRamp.selector
                || selector == Pausable.EnforcedPause.selector,
            Unexpected(reason)
        );
    }

    /// @notice An off-ramp's key is stolen while receiving is paused; its forgery fails, and the owner replaces it.
    function steal(bool onA, uint96 amount) external {
        Chain memory to = chain(onA);
        bool paused = to.bridge.isPaused(OperationPause.Operation.Receive);
        if (!paused) to.bridge.pause(OperationPause.Operation.Receive);
        bytes memory forgery = _forgedMint(to, uint64(1000 + _forgeries.length), amount);
        vm.prank(_offRamp[to.selector]);
        try to.router.execute(forgery, 0) {
            _forgeries.push(forgery);
        } catch (bytes memory reason) {
            _expected(reason);
        }
        rotate(onA);
        if (!paused) to.bridge.resume(OperationPause.Operation.Receive);
    }

    /// @notice Tries a forgery again.
    function retryForgery(uint256 which) external {
        if (_forgeries.length == 0) return;
        bytes memory forgery = _forgeries[which % _forgeries.length];
        CCIPRouter router = _routerOf(forgery);
        vm.prank(ALICE);
        vm.expectRevert();
        router.execute(forgery, 0);
    }

    function rotate(bool onA) public {
        Chain memory to = chain(onA);
        uint64 source = chain(!onA).selector;
        to.router.removeOffRamp(source, _offRamp[to.selector]);
        _offRamp[to.selector] = address(++_lastOffRamp);
        to.router.addOffRamp(source, _offRamp[to.selector]);
    }

    function toggle(bool onA, uint8 which) external {
        CCIPWETH9Bridge bridge = chain(onA).bridge;
        OperationPause.Operation operation = OperationPause.Operation(which % 3);
        if (bridge.isPaused(operation)) bridge.resume(operation);
        else bridge.pause(operation);
    }

    function toggleRouter(bool onA) external {
        CCIPRouter router = chain(onA).router;
        if (router.paused()) router.unpause();
        else router.pause();
    }

    /// @notice Sometimes so little that what is on its way does not fit.
    function setLimits(bool onA, uint96 capacityWei, uint64 refillWeiPerSecond) external {
        chain(onA).bridge.setLimits(uint128(bound(capacityWei, 0, CAPACITY)), refillWeiPerSecond);
    }

    function admit(uint256 which) external {
        if (_messages.length == 0) return;
        bytes memory message = _messages[which % _messages.length];
        _bridgeOf(message).admit(keccak256(message));
    }

    function wait(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_);
    }

    /// @notice Opens everything and delivers all that is on its way, as the last off-ramp.
    function deliverAll() external {
        for (uint256 i = 0; i < 2; ++i) {
            Chain memory each = chain(i == 0);
            if (each.router.paused()) each.router.unpause();
            if (each.bridge.isPaused(OperationPause.Operation.Receive)) {
                each.bridge.resume(OperationPause.Operation.Receive);
            }
        }
        for (uint256 i = 0; i < _messages.length; ++i) {
            bytes32 id = keccak256(_messages[i]);
            if (!isDone[id]) {
                _bridgeOf(_messages[i]).admit(id);
                _execute(_messages[i], true, 2_000_000);
                require(isDone[id], Unexpected("stranded"));
            }
        }
    }

    function _arrived(bytes32 id, bytes memory message) private {
        isDone[id] = true;
        MessageV1Codec.MessageV1 memory content = this.decode(message);
        (CCIPWrappedEtherBridge.Order order,, uint256 amount) =
            abi.decode(content.data, (CCIPWrappedEtherBridge.Order, address, uint256));
        if (order == CCIPWrappedEtherBridge.Order.Mint) mintsTo[content.destChainSelector] -= amount;
        else releasesTo[content.destChainSelector] -= amount;
    }

    function decode(bytes calldata message) external pure returns (MessageV1Codec.MessageV1 memory) {
        return MessageV1Codec._decodeMessageV1(message);
    }

    function _routerOf(bytes memory message) private view returns (CCIPRouter) {
        return chain(this.decode(message).destChainSelector == A).router;
    }

    function _bridgeOf(bytes memory message) private view returns (CCIPWETH9Bridge) {
        return chain(this.decode(message).destChainSelector == A).bridge;
    }
}
