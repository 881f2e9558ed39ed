// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    IAny2EVMMessageReceiver
} from "@chainlink/contracts-ccip/contracts/interfaces/IAny2EVMMessageReceiver.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {Internal} from "@chainlink/contracts-ccip/contracts/libraries/Internal.sol";
import {MessageV1Codec} from "@chainlink/contracts-ccip/contracts/libraries/MessageV1Codec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {OperationPause} from "../../src/bridge/OperationPause.sol";
import {InboundMessages} from "../../src/bridge/router/InboundMessages.sol";
import {Receiver} from "./Receiver.sol";
import {TwoChains} from "./TwoChains.sol";

/// @notice Executing, as the sources of Chainlink's OffRamp say.
contract InboundTest is TwoChains {
    address private constant NEW_OFF_RAMP = address(0x0FF);
    Internal.MessageExecutionState private constant SUCCESS = Internal.MessageExecutionState.SUCCESS;
    Internal.MessageExecutionState private constant FAILURE = Internal.MessageExecutionState.FAILURE;

    function setUp() public {
        _makeChains(address(this));
    }

    function _to(address receiver) private view returns (MessageV1Codec.MessageV1 memory) {
        return _forged(_b, 1, receiver, "hello");
    }

    function _execute(MessageV1Codec.MessageV1 memory message)
        private
        returns (Internal.MessageExecutionState)
    {
        return _b.router.execute(MessageV1Codec._encodeMessageV1(message), 0);
    }

    function _is(Internal.MessageExecutionState state, Internal.MessageExecutionState expected) private pure {
        assertEq(uint256(state), uint256(expected));
    }

    /// @notice Lets a message of the bridge fail.
    function _refuse(bytes memory message) private {
        _b.bridge.pause(OperationPause.Operation.Receive);
        _is(_b.router.execute(message, 0), FAILURE);
        _b.bridge.resume(OperationPause.Operation.Receive);
    }

    function test_executesForOffRampsOnly() public {
        bytes memory message = _lock(_a, 5);
        vm.prank(ALICE);
        vm.expectRevert(InboundMessages.OnlyOffRamp.selector);
        _b.router.execute(message, 0);
    }

    function test_trustsAnOffRampWithOneSourceChainOnly() public {
        _b.router.addOffRamp(1, NEW_OFF_RAMP);
        bytes memory message = _lock(_a, 5);
        vm.prank(NEW_OFF_RAMP);
        vm.expectRevert(InboundMessages.OnlyOffRamp.selector);
        _b.router.execute(message, 0);
    }

    function test_executesAMessageOnce() public {
        bytes memory message = _lock(_a, 5);
        _is(_b.router.execute(message, 0), SUCCESS);
        _is(_b.router.getExecutionState(keccak256(message)), SUCCESS);
        vm.expectRevert(
            abi.encodeWithSelector(
                InboundMessages.SkippedAlreadyExecutedMessage.selector, keccak256(message), A, 1
            )
        );
        _b.router.execute(message, 0);
    }

    function test_tellsToolsWhatItDoes() public {
        MessageV1Codec.MessageV1 memory message =
            _to(address(new Receiver(type(IAny2EVMMessageReceiver).interfaceId)));
        bytes32 id = keccak256(MessageV1Codec._encodeMessageV1(message));
        bytes memory data = abi.encodeCall(
            IAny2EVMMessageReceiver.ccipReceive,
            (Client.Any2EVMMessage(id, A, message.sender, "hello", new Client.EVMTokenAmount[](0)))
        );
        vm.expectEmit();
        emit InboundMessages.MessageExecuted(id, A, address(this), keccak256(data));
        vm.expectEmit();
        emit InboundMessages.ExecutionStateChanged(A, 1, id, SUCCESS, "");
        _execute(message);
    }

    function test_letsAnyoneRetryWhatATrustedOffRampHasDelivered() public {
        bytes memory message = _lock(_a, 5);
        _refuse(message);
        vm.prank(ALICE);
        _is(_b.router.execute(message, 0), SUCCESS);
        assertEq(_b.bridge.balanceOf(ALICE), 5);
    }

    function test_revertsARetryThatChangesNothing() public {
        bytes memory message = _lock(_a, 5);
        _refuse(message);
        _b.bridge.pause(OperationPause.Operation.Receive);
        vm.expectPartialRevert(InboundMessages.NoStateProgressMade.selector);
        _b.router.execute(message, 0);
    }

    function test_aNewOffRampDeliversWhatFailedForARemovedOne() public {
        bytes memory message = _lock(_a, 5);
        _refuse(message);
        _b.router.removeOffRamp(A, address(this));
        vm.expectRevert(InboundMessages.OnlyOffRamp.selector);
        _b.router.execute(message, 0);
        _b.router.addOffRamp(A, NEW_OFF_RAMP);
        _b.bridge.pause(OperationPause.Operation.Receive);
        vm.prank(NEW_OFF_RAMP);
        _is(_b.router.execute(message, 0), FAILURE);
        _b.bridge.resume(OperationPause.Operation.Receive);
        // The new one vouches for the message now, and anyone may try again.
        vm.prank(ALICE);
        _is(_b.router.execute(message, 0), SUCCESS);
        assertEq(_b.bridge.balanceOf(ALICE), 5);
    }

    function test_aStolenOffRampsForgeriesGoWithItsTrust() public {
        bytes memory forgery = _forgedMint(_b, 1, 5);
        _refuse(forgery);
        _b.router.removeOffRamp(A, address(this));
        _b.router.addOffRamp(A, NEW_OFF_RAMP);
        vm.expectRevert(InboundMessages.OnlyOffRamp.selector);
        _b.router.execute(forgery, 0);
        assertEq(_b.bridge.totalSupply(), 0);
    }

    /// @notice An id is its message's hash: something else under the same number does not use it up.
    function test_aStolenOffRampCannotUseUpAGenuineMessage() public {
        bytes memory message = _lock(_a, 5);
        MessageV1Codec.MessageV1 memory other = _forged(_b, 1, address(0xDEAD), "");
        _is(_execute(other), SUCCESS);
        _is(_b.router.execute(message, 0), SUCCESS);
        assertEq(_b.bridge.balanceOf(ALICE), 5);
    }

    function test_refusesTooLittleGasAndChangesNothing() public {
        bytes memory message = _lock(_a, 5);
        vm.expectRevert(
            abi.encodeWithSelector(InboundMessages.NotEnoughGasForCall.selector, uint256(200_000))
        );
        _b.router.execute{gas: 310_000}(message, 0);
        _is(_b.router.getExecutionState(keccak256(message)), Internal.MessageExecutionState.UNTOUCHED);
    }

    /// @notice Whatever gas it comes with, a message is executed, or the transaction reverts: it never fails for lack of
    /// gas, and never counts as arrived without a call.
    function testFuzz_noAmountOfGasHarmsAMessage(uint256 gas, bool failedBefore) public {
        bytes memory message = _lock(_a, 5);
        if (failedBefore) {
            _refuse(message);
        }
        gas = bound(gas, 0, 600_000);
        try _b.router.execute{gas: gas}(message, 0) returns (Internal.MessageExecutionState state) {
            _is(state, SUCCESS);
            assertEq(_b.bridge.balanceOf(ALICE), 5);
        } catch {
            _is(
                _b.router.getExecutionState(keccak256(message)),
                failedBefore ? FAILURE : Internal.MessageExecutionState.UNTOUCHED
            );
        }
    }

    function test_givesAReceiverMoreGasThanTheMessageOnDemandAndNeverLess() public {
        bytes memory message = _lock(_a, 5);
        vm.expectRevert(
            abi.encodeWithSelector(InboundMessages.InvalidGasLimitOverride.selector, 200_000, 199_999)
        );
        _b.router.execute(message, 199_999);
        _is(_b.router.execute(message, 250_000), SUCCESS);
    }

    function testFuzz_truncatesTheRevertReasonOfAReceiver(uint24 length) public {
        Receiver loud = new Receiver(type(IAny2EVMMessageReceiver).interfaceId);
        loud.refuseWith(bound(length, 0, 300_000));
        MessageV1Codec.MessageV1 memory message = _to(address(loud));
        message.ccipReceiveGasLimit = 3_000_000;
        bytes memory encoded = MessageV1Codec._encodeMessageV1(message);
        _is(_b.router.execute{gas: 3_190_000}(encoded, 0), FAILURE);
    }

    function test_countsAReceiverWithoutCodeAsReached() public {
        _is(_execute(_to(ALICE)), SUCCESS);
    }

    function test_countsAReceiverWithoutTheInterfaceAsReached() public {
        Receiver other = new Receiver(0x12345678);
        _is(_execute(_to(address(other))), SUCCESS);
        assertEq(other.received(), 0);
        // A contract without ERC-165 at all.
        _is(_execute(_to(address(_b.weth))), SUCCESS);
        Receiver everything = new Receiver(0xffffffff);
        _is(_execute(_to(address(everything))), SUCCESS);
        assertEq(everything.received(), 0);
    }

    function test_callsNobodyForAMessageWithoutDataAndGas() public {
        Receiver receiver = new Receiver(type(IAny2EVMMessageReceiver).interfaceId);
        MessageV1Codec.MessageV1 memory message = _to(address(receiver));
        message.data = "";
        message.ccipReceiveGasLimit = 0;
        _is(_execute(message), SUCCESS);
        assertEq(receiver.received(), 0);
        message.ccipReceiveGasLimit = 100_000;
        _is(_execute(message), SUCCESS);
        assertEq(receiver.received(), 1);
    }

    function test_refusesMessagesThatAreNotForThisRouter() public {
        MessageV1Codec.MessageV1 memory message = _to(ALICE);
        message.destChainSelector = 1;
        vm.expectRevert(abi.encodeWithSelector(InboundMessages.InvalidMessageDestChainSelector.selector, 1));
        _b.router.execute(MessageV1Codec._encodeMessageV1(message), 0);
        message = _to(ALICE);
        message.offRampAddress = abi.encodePacked(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(
                InboundMessages.InvalidOffRamp.selector, address(_b.router), message.offRampAddress
            )
        );
        _b.router.execute(MessageV1Codec._encodeMessageV1(message), 0);
        message = _to(ALICE);
        message.receiver = abi.encode(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Internal.InvalidEVMAddress.selector, message.receiver));
        _b.router.execute(MessageV1Codec._encodeMessageV1(message), 0);
        message = _to(ALICE);
        message.tokenTransfer = new MessageV1Codec.TokenTransferV1[](1);
        vm.expectRevert(abi.encodeWithSelector(InboundMessages.InvalidNumberOfTokens.selector, 1));
        _b.router.execute(MessageV1Codec._encodeMessageV1(message), 0);
    }

    function test_executesNothingWhilePaused() public {
        bytes memory message = _lock(_a, 5);
        _b.router.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _b.router.execute(message, 0);
        _b.router.unpause();
        _is(_b.router.execute(message, 0), SUCCESS);
    }

    function test_showsOffRampsAsToolsReadThem() public {
        vm.expectEmit();
        emit InboundMessages.OffRampAdded(A, NEW_OFF_RAMP);
        _b.router.addOffRamp(A, NEW_OFF_RAMP);
        _b.router.addOffRamp(A, NEW_OFF_RAMP);
        InboundMessages.OffRamp[] memory offRamps = _b.router.getOffRamps();
        assertEq(offRamps.length, 2);
        assertEq(offRamps[1].offRamp, NEW_OFF_RAMP);
        assertEq(offRamps[1].sourceChainSelector, A);
        assertTrue(_b.router.isOffRamp(A, NEW_OFF_RAMP) && !_b.router.isOffRamp(B, NEW_OFF_RAMP));
        vm.expectEmit();
        emit InboundMessages.OffRampRemoved(A, NEW_OFF_RAMP);
        _b.router.removeOffRamp(A, NEW_OFF_RAMP);
        vm.expectRevert(abi.encodeWithSelector(InboundMessages.OffRampMismatch.selector, A, NEW_OFF_RAMP));
        _b.router.removeOffRamp(A, NEW_OFF_RAMP);
        vm.expectRevert(InboundMessages.ZeroAddressNotAllowed.selector);
        _b.router.addOffRamp(A, address(0));
    }

    function test_restrictsAdministrationToTheOwner() public {
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(refused);
        _b.router.addOffRamp(A, ALICE);
        vm.expectRevert(refused);
        _b.router.removeOffRamp(A, address(this));
    }
}
