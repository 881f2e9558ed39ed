// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {IWrappedNative} from "@chainlink/contracts-ccip/contracts/interfaces/IWrappedNative.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {ExtraArgsCodec} from "@chainlink/contracts-ccip/contracts/libraries/ExtraArgsCodec.sol";
import {FinalityCodec} from "@chainlink/contracts-ccip/contracts/libraries/FinalityCodec.sol";
import {Internal} from "@chainlink/contracts-ccip/contracts/libraries/Internal.sol";
import {MessageV1Codec} from "@chainlink/contracts-ccip/contracts/libraries/MessageV1Codec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {CCIPRouter} from "../../src/bridge/CCIPRouter.sol";
import {ExtraArgs} from "../../src/bridge/router/ExtraArgs.sol";
import {OutboundMessages} from "../../src/bridge/router/OutboundMessages.sol";
import {RouterControl} from "../../src/bridge/router/RouterControl.sol";
import {TwoChains} from "./TwoChains.sol";

/// @notice Sending, as the documentation of Chainlink's IRouterClient and the sources of its Router, OnRamp and FeeQuoter
/// say.
contract OutboundTest is TwoChains {
    function setUp() public {
        _makeChains(address(this));
    }

    function _message() private pure returns (Client.EVM2AnyMessage memory) {
        return Client.EVM2AnyMessage({
            receiver: abi.encode(ALICE),
            data: "hello",
            tokenAmounts: new Client.EVMTokenAmount[](0),
            feeToken: address(0),
            extraArgs: ""
        });
    }

    function _price(uint256 dataBytes, uint256 gasLimit) private pure returns (uint256) {
        return BASE_FEE + dataBytes * FEE_PER_BYTE + gasLimit * FEE_PER_GAS;
    }

    function decode(bytes calldata encoded) external pure returns (MessageV1Codec.MessageV1 memory) {
        return MessageV1Codec._decodeMessageV1(encoded);
    }

    /// @notice Sends a message and returns what its event says.
    function _send(Client.EVM2AnyMessage memory message) private returns (MessageV1Codec.MessageV1 memory) {
        uint256 fee = _a.router.getFee(B, message);
        vm.deal(address(this), fee);
        _a.router.ccipSend{value: fee}(B, message);
        return this.decode(_sent());
    }

    function testFuzz_pricesDataAndGasLimit(uint16 dataBytes, uint32 gasLimit) public view {
        Client.EVM2AnyMessage memory message = _message();
        message.data = new bytes(bound(dataBytes, 0, _a.router.MAX_DATA_BYTES()));
        gasLimit = uint32(bound(gasLimit, 0, _a.router.MAX_GAS_LIMIT()));
        message.extraArgs = Client._argsToBytes(Client.EVMExtraArgsV1(gasLimit));
        assertEq(_a.router.getFee(B, message), _price(message.data.length, gasLimit));
    }

    function test_takesOverpaymentAndRefusesTooLittle() public {
        Client.EVM2AnyMessage memory message = _message();
        uint256 fee = _a.router.getFee(B, message);
        vm.deal(address(this), 3 * fee);
        vm.expectRevert(IRouterClient.InsufficientFeeTokenAmount.selector);
        _a.router.ccipSend{value: fee - 1}(B, message);
        _a.router.ccipSend{value: fee + 1}(B, message);
        assertEq(_a.weth.balanceOf(address(_a.router)), fee + 1);
    }

    function test_takesTheFeeInWrappedEther() public {
        Client.EVM2AnyMessage memory message = _message();
        message.feeToken = _a.router.getWrappedNative();
        assertEq(message.feeToken, address(_a.weth));
        uint256 fee = _a.router.getFee(B, message);
        vm.deal(address(this), fee + 1);
        _a.weth.deposit{value: fee}();
        _a.weth.approve(address(_a.router), fee);
        vm.expectRevert(IRouterClient.InvalidMsgValue.selector);
        _a.router.ccipSend{value: 1}(B, message);
        _a.router.ccipSend(B, message);
        assertEq(_a.weth.balanceOf(address(_a.router)), fee);
    }

    function test_sendsInTheFormatOfCcip() public {
        Client.EVM2AnyMessage memory message = _message();
        MessageV1Codec.MessageV1 memory sent = _send(message);
        assertEq(sent.sourceChainSelector, A);
        assertEq(sent.destChainSelector, B);
        assertEq(sent.messageNumber, 1);
        assertEq(sent.ccipReceiveGasLimit, 200_000);
        assertEq(sent.onRampAddress, abi.encode(address(_a.router)));
        assertEq(sent.offRampAddress, abi.encodePacked(address(_b.router)));
        assertEq(sent.sender, abi.encode(address(this)));
        assertEq(sent.receiver, abi.encodePacked(ALICE));
        assertEq(sent.data, "hello");
        assertEq(_a.router.getExpectedNextMessageNumber(B), 2);
        assertEq(_send(message).messageNumber, 2);
    }

    function testFuzz_takesExtraArgsOfEachVersion(uint32 gasLimit, uint16 depth) public {
        gasLimit = uint32(bound(gasLimit, 0, _a.router.MAX_GAS_LIMIT()));
        Client.EVM2AnyMessage memory message = _message();
        message.extraArgs = Client._argsToBytes(Client.EVMExtraArgsV1(gasLimit));
        assertEq(_send(message).ccipReceiveGasLimit, gasLimit);
        message.extraArgs = Client._argsToBytes(Client.GenericExtraArgsV2(gasLimit, depth % 2 == 0));
        assertEq(_send(message).ccipReceiveGasLimit, gasLimit);
        message.extraArgs = ExtraArgsCodec._getBasicEncodedExtraArgsV3BlockDepth(gasLimit, depth);
        MessageV1Codec.MessageV1 memory sent = _send(message);
        assertEq(sent.ccipReceiveGasLimit, gasLimit);
        assertEq(bytes32(sent.finality), bytes32(FinalityCodec._encodeBlockDepth(depth)));
    }

    /// @dev A message is refused with the same error by `getFee` and by `ccipSend`.
    function _refuses(Client.EVM2AnyMessage memory message, bytes memory reason) private {
        vm.deal(address(this), 1 ether);
        vm.expectRevert(reason);
        _a.router.getFee(B, message);
        vm.expectRevert(reason);
        _a.router.ccipSend{value: 1 ether}(B, message);
    }

    function test_refusesInGetFeeWhatCcipSendRefuses() public {
        uint256 most = _a.router.MAX_DATA_BYTES();
        Client.EVM2AnyMessage memory message = _message();
        message.data = new bytes(most + 1);
        _refuses(message, abi.encodeWithSelector(OutboundMessages.MessageTooLarge.selector, most, most + 1));
        message = _message();
        message.receiver = abi.encodePacked(ALICE);
        _refuses(message, abi.encodeWithSelector(Internal.InvalidEVMAddress.selector, message.receiver));
        message.receiver = abi.encode(address(1));
        _refuses(message, abi.encodeWithSelector(Internal.InvalidEVMAddress.selector, message.receiver));
        message = _message();
        message.feeToken = ALICE;
        _refuses(message, abi.encodeWithSelector(OutboundMessages.FeeTokenNotSupported.selector, ALICE));
        message = _message();
        message.tokenAmounts = new Client.EVMTokenAmount[](2);
        _refuses(message, abi.encodeWithSelector(OutboundMessages.UnsupportedNumberOfTokens.selector, 2, 0));
        _a.router.pause();
        _refuses(_message(), abi.encodeWithSelector(Pausable.EnforcedPause.selector));
        _a.router.unpause();
        _a.router.setLane(B, address(0), 0, 0, 0);
        _refuses(_message(), abi.encodeWithSelector(IRouterClient.UnsupportedDestinationChain.selector, B));
    }

    function test_refusesExtraArgsThatItCannotHonour() public {
        uint256 most = _a.router.MAX_GAS_LIMIT();
        bytes memory tooHigh = abi.encodeWithSelector(ExtraArgs.MessageGasLimitTooHigh.selector);
        Client.EVM2AnyMessage memory message = _message();
        message.extraArgs = Client._argsToBytes(Client.EVMExtraArgsV1(most + 1));
        _refuses(message, tooHigh);
        message.extraArgs = Client._argsToBytes(Client.GenericExtraArgsV2(type(uint256).max, true));
        _refuses(message, tooHigh);
        message.extraArgs = ExtraArgsCodec._getBasicEncodedExtraArgsV3(uint32(most + 1), 0);
        _refuses(message, tooHigh);
        message.extraArgs = abi.encodePacked(Client.SVM_EXTRA_ARGS_V1_TAG, most);
        _refuses(message, abi.encodeWithSelector(ExtraArgs.InvalidExtraArgsTag.selector));
        message.extraArgs =
            ExtraArgsCodec._getBasicEncodedExtraArgsV3(1, FinalityCodec._encodeBlockDepthAndSafeFlag(1));
        _refuses(
            message,
            abi.encodeWithSelector(
                FinalityCodec.RequestedFinalityCanOnlyHaveOneMode.selector,
                FinalityCodec._encodeBlockDepthAndSafeFlag(1)
            )
        );
        ExtraArgsCodec.GenericExtraArgsV3 memory args;
        args.executor = ALICE;
        message.extraArgs = ExtraArgsCodec._encodeGenericExtraArgsV3(args);
        _refuses(message, abi.encodeWithSelector(ExtraArgs.UnsupportedExtraArgs.selector));
    }

    function testFuzz_countsFewerThanFourBytesOfExtraArgsAsNone(uint8 length) public {
        Client.EVM2AnyMessage memory message = _message();
        message.extraArgs = new bytes(length % 4);
        assertEq(_send(message).ccipReceiveGasLimit, _a.router.DEFAULT_GAS_LIMIT());
    }

    function test_idsDifferByRouter() public {
        CCIPRouter second = new CCIPRouter(address(this), A, IWrappedNative(address(_a.weth)));
        second.setLane(B, address(_b.router), 0, 0, 0);
        bytes32 id = second.ccipSend(B, _message());
        _a.router.setLane(B, address(_b.router), 0, 0, 0);
        assertTrue(_a.router.ccipSend(B, _message()) != id);
    }

    function test_showsLanesAsToolsReadThem() public {
        assertEq(_a.router.getOnRamp(B), address(_a.router));
        assertEq(_a.router.getOnRamp(1), address(0));
        assertTrue(_a.router.isChainSupported(B) && !_a.router.isChainSupported(1));
        assertEq(bytes(_a.router.typeAndVersion()), "CCIPRouter 1.0.0");
        vm.expectEmit();
        emit OutboundMessages.OnRampSet(B, address(0));
        _a.router.setLane(B, address(0), 0, 0, 0);
        assertEq(_a.router.getOnRamp(B), address(0));
        vm.expectEmit();
        emit OutboundMessages.OnRampSet(B, address(_a.router));
        _a.router.setLane(B, ALICE, 0, 0, 0);
    }

    function test_leadsToOtherChainsOnly() public {
        vm.expectRevert(abi.encodeWithSelector(OutboundMessages.InvalidDestChainConfig.selector, A));
        _a.router.setLane(A, ALICE, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(OutboundMessages.InvalidDestChainConfig.selector, 0));
        _a.router.setLane(0, ALICE, 0, 0, 0);
    }

    function test_refusesToBeMadeWithoutSelectorOrWrappedEther() public {
        vm.expectRevert(RouterControl.ZeroChainSelector.selector);
        new CCIPRouter(address(this), 0, IWrappedNative(address(_a.weth)));
        vm.expectRevert(abi.encodeWithSelector(OutboundMessages.FeeTokenNotSupported.selector, address(0)));
        new CCIPRouter(address(this), A, IWrappedNative(address(0)));
    }

    function test_paysFeesOutToWhomTheOwnerSays() public {
        _send(_message());
        uint256 fee = _price(5, 200_000);
        _a.router.recoverTokens(address(_a.weth), address(0xFEE), fee);
        assertEq(_a.weth.balanceOf(address(0xFEE)), fee);
        vm.deal(address(_a.router), 3);
        _a.router.recoverTokens(address(0), address(0xFEE), 3);
        assertEq(address(0xFEE).balance, 3);
        vm.expectRevert(abi.encodeWithSelector(RouterControl.InvalidRecipientAddress.selector, address(0)));
        _a.router.recoverTokens(address(_a.weth), address(0), 0);
    }

    function test_restrictsAdministrationToTheOwner() public {
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(refused);
        _a.router.setLane(B, ALICE, 0, 0, 0);
        vm.expectRevert(refused);
        _a.router.recoverTokens(address(_a.weth), ALICE, 0);
        vm.expectRevert(refused);
        _a.router.pause();
        vm.expectRevert(refused);
        _a.router.unpause();
    }
}
