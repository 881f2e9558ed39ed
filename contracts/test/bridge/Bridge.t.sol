// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CCIPReceiver} from "@chainlink/contracts-ccip/contracts/applications/CCIPReceiver.sol";
import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {Internal} from "@chainlink/contracts-ccip/contracts/libraries/Internal.sol";
import {MessageV1Codec} from "@chainlink/contracts-ccip/contracts/libraries/MessageV1Codec.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CCIPWETH10Bridge} from "../../src/bridge/CCIPWETH10Bridge.sol";
import {CCIPWrappedEtherBridge} from "../../src/bridge/CCIPWrappedEtherBridge.sol";
import {OperationPause} from "../../src/bridge/OperationPause.sol";
import {TokenBucket} from "../../src/bridge/TokenBucket.sol";
import {TwoChains} from "./TwoChains.sol";

contract BridgeTest is TwoChains {
    Internal.MessageExecutionState private constant SUCCESS = Internal.MessageExecutionState.SUCCESS;
    Internal.MessageExecutionState private constant FAILURE = Internal.MessageExecutionState.FAILURE;

    function setUp() public {
        _makeChains(address(this));
    }

    function _execute(Chain memory to, bytes memory message, Internal.MessageExecutionState expected)
        private
    {
        assertEq(uint256(to.router.execute(message, 0)), uint256(expected));
    }

    function testFuzz_movesToTheOtherChainAndBack(uint96 amount, uint96 back) public {
        amount = uint96(bound(amount, 1, CAPACITY));
        back = uint96(bound(back, 1, amount));
        bytes memory mint = _lock(_a, amount);
        assertEq(_a.bridge.locked(), amount);
        _execute(_b, mint, SUCCESS);
        assertEq(_b.bridge.balanceOf(ALICE), amount);

        vm.warp(block.timestamp + CAPACITY / REFILL);
        _execute(_a, _redeem(_b, back), SUCCESS);
        assertEq(_a.weth.balanceOf(ALICE), back);
        assertEq(_a.bridge.locked(), amount - back);
        assertEq(_b.bridge.totalSupply(), amount - back);
    }

    function test_acceptsMessagesOnlyFromTheRouter() public {
        Client.Any2EVMMessage memory message = Client.Any2EVMMessage({
            messageId: "forged",
            sourceChainSelector: A,
            sender: abi.encode(address(_a.bridge)),
            data: abi.encode(CCIPWrappedEtherBridge.Order.Mint, ALICE, 1),
            destTokenAmounts: new Client.EVMTokenAmount[](0)
        });
        vm.expectRevert(abi.encodeWithSelector(CCIPReceiver.InvalidRouter.selector, address(this)));
        _b.bridge.ccipReceive(message);
    }

    function test_acceptsMessagesOnlyFromTheOtherEnd() public {
        bytes memory data = abi.encode(CCIPWrappedEtherBridge.Order.Mint, ALICE, 1);
        MessageV1Codec.MessageV1 memory message = _forged(_b, 1, address(_b.bridge), data);
        message.sender = abi.encode(ALICE);
        _execute(_b, MessageV1Codec._encodeMessageV1(message), FAILURE);
        message = _forged(_b, 2, address(_b.bridge), data);
        message.sourceChainSelector = 1;
        _b.router.addOffRamp(1, address(this));
        _execute(_b, MessageV1Codec._encodeMessageV1(message), FAILURE);
        assertEq(_b.bridge.totalSupply(), 0);
    }

    function test_receivesAMessageOnce() public {
        bytes memory encoded = _lock(_a, 5);
        _execute(_b, encoded, SUCCESS);
        assertTrue(_b.bridge.isReceived(keccak256(encoded)));
        Client.Any2EVMMessage memory message = Client.Any2EVMMessage({
            messageId: keccak256(encoded),
            sourceChainSelector: A,
            sender: abi.encode(address(_a.bridge)),
            data: abi.encode(CCIPWrappedEtherBridge.Order.Mint, ALICE, 5),
            destTokenAmounts: new Client.EVMTokenAmount[](0)
        });
        vm.prank(address(_b.router));
        vm.expectRevert(
            abi.encodeWithSelector(CCIPWrappedEtherBridge.AlreadyReceived.selector, keccak256(encoded))
        );
        _b.bridge.ccipReceive(message);
    }

    function test_limitsOutgoingAmounts() public {
        _lock(_a, CAPACITY);
        vm.deal(ALICE, 10 ether + FEE);
        vm.startPrank(ALICE);
        _a.weth.deposit{value: 10 ether}();
        _a.weth.approve(address(_a.bridge), 10 ether);
        vm.expectRevert(abi.encodeWithSelector(TokenBucket.LimitExceeded.selector, 0, 10 ether));
        _a.bridge.lock{value: FEE}(ALICE, 10 ether);
        vm.warp(block.timestamp + 10);
        _a.bridge.lock{value: FEE}(ALICE, 10 ether);
    }

    function test_limitsIncomingAmounts() public {
        bytes memory message = _lock(_a, 6);
        _b.bridge.setLimits(5, 0);
        _execute(_b, message, FAILURE);
        assertEq(_b.bridge.totalSupply(), 0);
        // What is free grows with the capacity, without waiting for a refill.
        _b.bridge.setLimits(6, 0);
        _execute(_b, message, SUCCESS);
        assertEq(_b.bridge.incomingCapacity(), 0);
    }

    function testFuzz_keepsWhatIsUsedWhenLimitsChange(uint96 capacity, uint96 used, uint96 next) public {
        capacity = uint96(bound(capacity, 1, CAPACITY));
        used = uint96(bound(used, 1, capacity));
        _lock(_a, used);
        _a.bridge.setLimits(capacity, 0);
        _a.bridge.setLimits(next, 0);
        assertEq(_a.bridge.outgoingCapacity(), next > used ? next - used : 0);
    }

    function test_deliversAMessageOverTheCapacityThatTheOwnerAdmits() public {
        bytes memory message = _lock(_a, 6);
        bytes memory other = _lock(_a, 7);
        _b.bridge.setLimits(5, 1);
        _execute(_b, message, FAILURE);
        vm.warp(block.timestamp + 365 days);
        vm.expectPartialRevert(bytes4(keccak256("NoStateProgressMade(bytes32,bytes)")));
        _b.router.execute(message, 0);
        _b.bridge.admit(keccak256(message));
        vm.prank(ALICE);
        assertEq(uint256(_b.router.execute(message, 0)), uint256(SUCCESS));
        assertEq(_b.bridge.balanceOf(ALICE), 6);
        // The limit is as it was for all others.
        assertEq(_b.bridge.incomingCapacity(), 5);
        _execute(_b, other, FAILURE);
    }

    /// @notice What a stolen off-ramp takes before it is removed: what the limit lets through.
    function testFuzz_boundsWhatAStolenOffRampTakes(uint96[8] memory amounts, uint16 seconds_) public {
        _b.bridge.setLimits(5 ether, 1 ether);
        for (uint64 i = 0; i < amounts.length; ++i) {
            if (i == 4) vm.warp(block.timestamp + seconds_);
            _b.router.execute(_forgedMint(_b, i + 1, amounts[i] % 8 ether), 0);
        }
        assertTrue(_b.bridge.totalSupply() <= 5 ether + uint256(seconds_) * 1 ether);
    }

    function test_takesItsLimitsInWholeEther() public {
        vm.expectEmit();
        emit CCIPWrappedEtherBridge.LimitsSet(12 ether, 1 ether);
        CCIPWETH10Bridge bridge = new CCIPWETH10Bridge(
            address(this), IRouterClient(address(_a.router)), IERC20(address(_a.weth)), 12, 3600
        );
        assertEq(bridge.outgoingCapacity(), 12 ether);
        assertEq(bridge.incomingCapacity(), 12 ether);
    }

    function test_returnsWhatIsAboveTheFee() public {
        vm.deal(ALICE, 5 + FEE + 9);
        vm.startPrank(ALICE);
        _a.weth.deposit{value: 5}();
        _a.weth.approve(address(_a.bridge), 5);
        assertEq(_a.bridge.fee(), FEE);
        vm.expectRevert(abi.encodeWithSelector(CCIPWrappedEtherBridge.InsufficientFee.selector, FEE - 1, FEE));
        _a.bridge.lock{value: FEE - 1}(ALICE, 5);
        _a.bridge.lock{value: FEE + 9}(ALICE, 5);
        assertEq(ALICE.balance, 9);
        assertEq(_a.weth.balanceOf(address(_a.router)), FEE);
    }

    function test_connectsOnce() public {
        vm.expectRevert(
            abi.encodeWithSelector(CCIPWrappedEtherBridge.AlreadyConnected.selector, address(_b.bridge))
        );
        _a.bridge.connect(B, ALICE);
        CCIPWETH10Bridge fresh = new CCIPWETH10Bridge(
            address(this), IRouterClient(address(_a.router)), IERC20(address(_a.weth)), 1, 1
        );
        vm.expectRevert(CCIPWrappedEtherBridge.NotConnected.selector);
        fresh.connect(B, address(0));
        vm.expectRevert(CCIPWrappedEtherBridge.NotConnected.selector);
        fresh.redeem(ALICE, 0);
    }

    function test_refusesToSendNothingOrToNobody() public {
        vm.expectRevert(CCIPWrappedEtherBridge.ZeroAmount.selector);
        _a.bridge.lock(ALICE, 0);
        vm.expectRevert(CCIPWrappedEtherBridge.ZeroAmount.selector);
        _a.bridge.redeem(ALICE, 0);
        vm.deal(address(this), 1);
        _a.weth.deposit{value: 1}();
        _a.weth.approve(address(_a.bridge), 1);
        vm.expectRevert(CCIPWrappedEtherBridge.ZeroRecipient.selector);
        _a.bridge.lock(address(0), 1);
    }

    function test_refusesToBeMadeWithoutItsNeighbours() public {
        vm.expectRevert(abi.encodeWithSelector(CCIPReceiver.InvalidRouter.selector, address(0)));
        new CCIPWETH10Bridge(address(this), IRouterClient(address(0)), IERC20(address(_a.weth)), 1, 1);
        vm.expectRevert(CCIPWrappedEtherBridge.ZeroWrappedEther.selector);
        new CCIPWETH10Bridge(address(this), IRouterClient(address(_a.router)), IERC20(address(0)), 1, 1);
    }

    function test_restrictsAdministrationToTheOwner() public {
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(refused);
        _a.bridge.pause(OperationPause.Operation.Lock);
        vm.expectRevert(refused);
        _a.bridge.resume(OperationPause.Operation.Lock);
        vm.expectRevert(refused);
        _a.bridge.setLimits(1, 1);
        vm.expectRevert(refused);
        _a.bridge.admit("id");
        vm.expectRevert(refused);
        _a.bridge.connect(B, ALICE);
    }

    function _expectPaused(OperationPause.Operation operation) private {
        vm.expectRevert(abi.encodeWithSelector(OperationPause.EnforcedPause.selector, operation));
    }

    function test_letsHoldersRedeemAndOpenMessagesArriveWhileItLocksNoMore() public {
        bytes memory mint = _lock(_a, 5);
        vm.expectEmit();
        emit OperationPause.Paused(OperationPause.Operation.Lock);
        _b.bridge.pause(OperationPause.Operation.Lock);
        _a.bridge.pause(OperationPause.Operation.Lock);
        _expectPaused(OperationPause.Operation.Lock);
        _b.bridge.lock(ALICE, 1);
        _execute(_b, mint, SUCCESS);
        _execute(_a, _redeem(_b, 5), SUCCESS);
        assertEq(_a.bridge.locked() + _b.bridge.totalSupply(), 0);
    }

    function test_letsOpenMessagesArriveWhileItSendsNoMore() public {
        bytes memory mint = _lock(_a, 5);
        _b.bridge.pause(OperationPause.Operation.Lock);
        _b.bridge.pause(OperationPause.Operation.Redeem);
        _expectPaused(OperationPause.Operation.Redeem);
        _b.bridge.redeem(ALICE, 1);
        _execute(_b, mint, SUCCESS);
        vm.expectEmit();
        emit OperationPause.Resumed(OperationPause.Operation.Redeem);
        _b.bridge.resume(OperationPause.Operation.Redeem);
        _execute(_a, _redeem(_b, 5), SUCCESS);
    }

    function test_sendsWhileItReceivesNoMore() public {
        bytes memory mint = _lock(_a, 5);
        _b.bridge.pause(OperationPause.Operation.Receive);
        _execute(_b, mint, FAILURE);
        _lock(_b, 5);
        _b.bridge.resume(OperationPause.Operation.Receive);
        _execute(_b, mint, SUCCESS);
    }
}
