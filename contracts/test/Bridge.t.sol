// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {CCIPRouter} from "../src/bridge/CCIPRouter.sol";
import {CCIPWETH9Bridge} from "../src/bridge/CCIPWETH9Bridge.sol";
import {CCIPWrappedEtherBridge} from "../src/bridge/CCIPWrappedEtherBridge.sol";
import {TokenBucket} from "../src/bridge/TokenBucket.sol";
import {WETH9} from "../src/token/WETH9.sol";
import {Test} from "./Test.sol";

/// @notice Two simulated chains, each with wrapped ether, a router and an end of the bridge, all owned by this contract.
abstract contract TwoChains is Test {
    uint64 internal constant A = 138;
    uint64 internal constant B = 5009297550715157269;
    uint128 internal constant FEE = 7;
    uint128 internal constant CAPACITY = 1000 ether;
    uint128 internal constant REFILL = 1 ether;
    address internal constant ALICE = address(0xA11CE);

    struct Chain {
        uint64 selector;
        WETH9 weth;
        CCIPRouter router;
        CCIPWETH9Bridge bridge;
    }

    Chain internal _a;
    Chain internal _b;

    function _makeChains(address offRamp) internal {
        _a = _make(A, offRamp);
        _b = _make(B, offRamp);
        _a.router.setLane(B, true, FEE);
        _b.router.setLane(A, true, FEE);
        _a.bridge.connect(B, address(_b.bridge));
        _b.bridge.connect(A, address(_a.bridge));
    }

    function _make(uint64 selector, address offRamp) private returns (Chain memory chain) {
        chain.selector = selector;
        chain.weth = new WETH9();
        chain.router = new CCIPRouter(address(this), selector);
        chain.router.setOffRamp(offRamp, true);
        chain.bridge = new CCIPWETH9Bridge(
            address(this), IRouterClient(address(chain.router)), IERC20(address(chain.weth)), CAPACITY, REFILL
        );
    }

    /// @notice The message that the other chain's router delivers for an order of the bridge on `from`.
    function _arriving(
        Chain memory from,
        bytes32 id,
        CCIPWrappedEtherBridge.Order order,
        address recipient,
        uint256 amount
    ) internal pure returns (Client.Any2EVMMessage memory) {
        return Client.Any2EVMMessage({
            messageId: id,
            sourceChainSelector: from.selector,
            sender: abi.encode(address(from.bridge)),
            data: abi.encode(order, recipient, amount),
            destTokenAmounts: new Client.EVMTokenAmount[](0)
        });
    }

    function _lock(Chain memory chain, address who, uint256 amount) internal returns (bytes32 id) {
        vm.deal(who, amount + FEE);
        vm.startPrank(who);
        chain.weth.deposit{value: amount}();
        chain.weth.approve(address(chain.bridge), amount);
        id = chain.bridge.lock{value: FEE}(who, amount);
        vm.stopPrank();
    }
}

/// @notice Reverts every message with a reason of the given length.
contract LoudReceiver {
    uint256 private immutable _length;

    constructor(uint256 length) {
        _length = length;
    }

    fallback() external {
        uint256 length = _length;
        assembly ("memory-safe") {
            revert(mload(0x40), length)
        }
    }
}

contract BridgeTest is TwoChains {
    uint256 private constant GAS = 200_000;

    function setUp() public {
        _makeChains(address(this));
    }

    function testFuzz_movesToTheOtherChainAndBack(uint96 amount, uint96 back) public {
        amount = uint96(bound(amount, 1, CAPACITY));
        back = uint96(bound(back, 1, amount));
        bytes32 id = _lock(_a, ALICE, amount);
        assertEq(_a.bridge.locked(), amount);
        assertTrue(
            _b.router
                .deliver(
                    _arriving(_a, id, CCIPWrappedEtherBridge.Order.Mint, ALICE, amount),
                    address(_b.bridge),
                    GAS
                )
        );
        assertEq(_b.bridge.balanceOf(ALICE), amount);

        vm.warp(block.timestamp + CAPACITY / REFILL);
        vm.deal(ALICE, FEE);
        vm.prank(ALICE);
        id = _b.bridge.redeem{value: FEE}(ALICE, back);
        assertTrue(
            _a.router
                .deliver(
                    _arriving(_b, id, CCIPWrappedEtherBridge.Order.Release, ALICE, back),
                    address(_a.bridge),
                    GAS
                )
        );
        assertEq(_a.weth.balanceOf(ALICE), back);
        assertEq(_a.bridge.locked(), amount - back);
        assertEq(_b.bridge.totalSupply(), amount - back);
    }

    function test_acceptsMessagesOnlyFromTheRouter() public {
        Client.Any2EVMMessage memory message =
            _arriving(_a, "forged", CCIPWrappedEtherBridge.Order.Mint, ALICE, 1);
        vm.expectRevert(abi.encodeWithSelector(CCIPWrappedEtherBridge.NotTheRouter.selector, address(this)));
        _b.bridge.ccipReceive(message);
    }

    function test_acceptsMessagesOnlyFromTheOtherEnd() public {
        Client.Any2EVMMessage memory message =
            _arriving(_a, "forged", CCIPWrappedEtherBridge.Order.Mint, ALICE, 1);
        message.sender = abi.encode(ALICE);
        assertTrue(!_b.router.deliver(message, address(_b.bridge), GAS));
        message = _arriving(_a, "elsewhere", CCIPWrappedEtherBridge.Order.Mint, ALICE, 1);
        message.sourceChainSelector = 1;
        assertTrue(!_b.router.deliver(message, address(_b.bridge), GAS));
        assertEq(_b.bridge.totalSupply(), 0);
    }

    function test_acceptsDeliveriesOnlyFromOffRamps() public {
        Client.Any2EVMMessage memory message =
            _arriving(_a, "forged", CCIPWrappedEtherBridge.Order.Mint, ALICE, 1);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.NotAnOffRamp.selector, ALICE));
        _b.router.deliver(message, address(_b.bridge), GAS);
    }

    function test_deliversAMessageOnce() public {
        bytes32 id = _lock(_a, ALICE, 5);
        Client.Any2EVMMessage memory message = _arriving(_a, id, CCIPWrappedEtherBridge.Order.Mint, ALICE, 5);
        _b.router.deliver(message, address(_b.bridge), GAS);
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.AlreadyDelivered.selector, id));
        _b.router.deliver(message, address(_b.bridge), GAS);
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.NothingToRetry.selector, id));
        _b.router.retry(message, address(_b.bridge), GAS);
    }

    /// @notice Delivers a message while the bridge is paused, so that the delivery fails.
    function _refuse(Client.Any2EVMMessage memory message) private {
        _b.bridge.pause();
        assertTrue(!_b.router.deliver(message, address(_b.bridge), GAS));
        _b.bridge.unpause();
    }

    function test_retriesOnlyTheUnchangedMessage() public {
        bytes32 id = _lock(_a, ALICE, 5);
        Client.Any2EVMMessage memory message = _arriving(_a, id, CCIPWrappedEtherBridge.Order.Mint, ALICE, 5);
        _refuse(message);
        Client.Any2EVMMessage memory other = _arriving(_a, id, CCIPWrappedEtherBridge.Order.Mint, ALICE, 6);
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.NothingToRetry.selector, id));
        _b.router.retry(other, address(_b.bridge), GAS);
        vm.prank(ALICE);
        assertTrue(_b.router.retry(message, address(_b.bridge), GAS));
        assertEq(_b.bridge.balanceOf(ALICE), 5);
    }

    function test_needsTheGasLimitOfTheMessage() public {
        bytes32 id = _lock(_a, ALICE, 5);
        Client.Any2EVMMessage memory message = _arriving(_a, id, CCIPWrappedEtherBridge.Order.Mint, ALICE, 5);
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.NotEnoughGas.selector, GAS));
        _b.router.deliver{gas: GAS}(message, address(_b.bridge), GAS);
        assertEq(uint256(_b.router.deliveries(id)), uint256(CCIPRouter.Delivery.None));
    }

    function test_refusesToRetryTheDeliveryOfAnUntrustedOffRamp() public {
        Client.Any2EVMMessage memory forged =
            _arriving(_a, "forged", CCIPWrappedEtherBridge.Order.Mint, ALICE, 5);
        _refuse(forged);
        _b.router.setOffRamp(address(this), false);
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.NotAnOffRamp.selector, address(this)));
        _b.router.retry(forged, address(_b.bridge), GAS);
        assertEq(_b.bridge.totalSupply(), 0);
    }

    function test_refusesToRetryWithLessGas() public {
        bytes32 id = _lock(_a, ALICE, 5);
        Client.Any2EVMMessage memory message = _arriving(_a, id, CCIPWrappedEtherBridge.Order.Mint, ALICE, 5);
        _refuse(message);
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.NotEnoughGas.selector, GAS));
        _b.router.retry(message, address(_b.bridge), GAS - 1);
    }

    function testFuzz_truncatesTheRevertReasonOfAReceiver(uint24 length) public {
        Client.Any2EVMMessage memory message =
            _arriving(_a, "loud", CCIPWrappedEtherBridge.Order.Mint, ALICE, 5);
        address loud = address(new LoudReceiver(bound(length, 0, 300_000)));
        uint256 limit = _b.router.MAX_GAS_LIMIT();
        assertTrue(!_b.router.deliver{gas: limit + limit / 63 + 130_000}(message, loud, limit));
        assertEq(uint256(_b.router.deliveries("loud")), uint256(CCIPRouter.Delivery.Failed));
    }

    function test_refusesAGasLimitAboveTheMaximum() public {
        uint256 most = _a.router.MAX_GAS_LIMIT();
        Client.EVM2AnyMessage memory message = Client.EVM2AnyMessage({
            receiver: abi.encode(ALICE),
            data: "",
            tokenAmounts: new Client.EVMTokenAmount[](0),
            feeToken: address(0),
            extraArgs: abi.encodeWithSelector(Client.EVM_EXTRA_ARGS_V1_TAG, most + 1)
        });
        vm.expectRevert(abi.encodeWithSelector(CCIPRouter.GasLimitTooHigh.selector, most));
        _a.router.ccipSend{value: FEE}(B, message);
    }

    function test_limitsOutgoingAmounts() public {
        _lock(_a, ALICE, CAPACITY);
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
        bytes32 id = _lock(_a, ALICE, 6);
        Client.Any2EVMMessage memory message = _arriving(_a, id, CCIPWrappedEtherBridge.Order.Mint, ALICE, 6);
        _b.bridge.setLimits(5, 0);
        assertTrue(!_b.router.deliver(message, address(_b.bridge), GAS));
        assertEq(_b.bridge.totalSupply(), 0);
        _b.bridge.setLimits(6, 1);
        vm.warp(block.timestamp + 1);
        assertTrue(_b.router.retry(message, address(_b.bridge), GAS));
        assertEq(_b.bridge.incomingCapacity(), 0);
    }

    function test_chargesExactlyTheFee() public {
        vm.deal(ALICE, 100);
        vm.startPrank(ALICE);
        _a.weth.deposit{value: 5}();
        _a.weth.approve(address(_a.bridge), 5);
        assertEq(_a.bridge.fee(), FEE);
        vm.expectRevert(IRouterClient.InvalidMsgValue.selector);
        _a.bridge.lock{value: FEE + 1}(ALICE, 5);
        vm.expectRevert(IRouterClient.InvalidMsgValue.selector);
        _a.bridge.lock{value: FEE - 1}(ALICE, 5);
    }

    function test_connectsOnce() public {
        vm.expectRevert(
            abi.encodeWithSelector(CCIPWrappedEtherBridge.AlreadyConnected.selector, address(_b.bridge))
        );
        _a.bridge.connect(B, ALICE);
    }

    function test_restrictsAdministrationToTheOwner() public {
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(refused);
        _a.bridge.pause();
        vm.expectRevert(refused);
        _a.bridge.setLimits(1, 1);
        vm.expectRevert(refused);
        _a.router.setOffRamp(ALICE, true);
        vm.expectRevert(refused);
        _a.router.setLane(B, false, 0);
        vm.expectRevert(refused);
        _a.router.withdrawFees(payable(ALICE));
    }

    function test_sendsNothingWhilePaused() public {
        _a.bridge.pause();
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _a.bridge.lock(ALICE, 1);
        vm.expectRevert(Pausable.EnforcedPause.selector);
        _a.bridge.redeem(ALICE, 1);
    }

    function test_letsTheOwnerWithdrawFees() public {
        _lock(_a, ALICE, 5);
        _a.router.withdrawFees(payable(address(0xFEE)));
        assertEq(address(0xFEE).balance, FEE);
    }
}

/// @notice Performs all actions of users and of a relayer, in any order.
contract BridgeHandler is TwoChains {
    struct Message {
        bool toB;
        address receiver;
        Client.Any2EVMMessage content;
    }

    /// ABI-encoded, because the compiler cannot store arrays of these structs.
    bytes[] private _messages;
    uint256 public mintsToB;
    uint256 public mintsToA;
    uint256 public releasesToA;
    uint256 public releasesToB;

    constructor() {
        _makeChains(address(this));
    }

    function chainA() external view returns (Chain memory) {
        return _a;
    }

    function chainB() external view returns (Chain memory) {
        return _b;
    }

    function lock(bool onA, uint96 amount) external {
        Chain memory from = onA ? _a : _b;
        uint256 free = from.bridge.outgoingCapacity();
        if (free == 0) return;
        amount = uint96(bound(amount, 1, free));
        bytes32 id = _lock(from, ALICE, amount);
        _remember(from, id, CCIPWrappedEtherBridge.Order.Mint, amount);
        if (onA) mintsToB += amount;
        else mintsToA += amount;
    }

    function redeem(bool onA, uint96 amount) external {
        Chain memory from = onA ? _a : _b;
        uint256 balance = from.bridge.balanceOf(ALICE);
        uint256 free = from.bridge.outgoingCapacity();
        uint256 most = balance < free ? balance : free;
        if (most == 0) return;
        amount = uint96(bound(amount, 1, most));
        vm.deal(ALICE, FEE);
        vm.prank(ALICE);
        bytes32 id = from.bridge.redeem{value: FEE}(ALICE, amount);
        _remember(from, id, CCIPWrappedEtherBridge.Order.Release, amount);
        if (onA) releasesToB += amount;
        else releasesToA += amount;
    }

    /// @notice Delivers, replays or retries any earlier message, sometimes with too little gas.
    function deliver(uint256 which, bool stingy) external {
        if (_messages.length == 0) return;
        Message memory message = abi.decode(_messages[which % _messages.length], (Message));
        CCIPRouter router = message.toB ? _b.router : _a.router;
        CCIPRouter.Delivery before = router.deliveries(message.content.messageId);
        // A retry needs at least the gas limit of the failed delivery.
        uint256 gasLimit = stingy && before == CCIPRouter.Delivery.None ? 30_000 : 200_000;
        if (before == CCIPRouter.Delivery.Executed) {
            vm.expectRevert();
            router.deliver(message.content, message.receiver, gasLimit);
            return;
        }
        bool done = before == CCIPRouter.Delivery.Failed
            ? router.retry(message.content, message.receiver, gasLimit)
            : router.deliver(message.content, message.receiver, gasLimit);
        if (done) _arrived(message);
    }

    function forge(bool toB, uint96 amount) external {
        Chain memory to = toB ? _b : _a;
        Client.Any2EVMMessage memory message = _arriving(
            toB ? _a : _b, keccak256(abi.encode(amount)), CCIPWrappedEtherBridge.Order.Mint, ALICE, amount
        );
        vm.prank(ALICE);
        vm.expectRevert();
        to.bridge.ccipReceive(message);
    }

    function pause(bool onA) external {
        CCIPWETH9Bridge bridge = onA ? _a.bridge : _b.bridge;
        if (!bridge.paused()) {
            bridge.pause();
            // While the bridge is paused, users can send nothing, and deliveries fail.
            if (_messages.length > 0) {
                this.deliver(uint256(keccak256(abi.encode(block.timestamp))), false);
            }
            bridge.unpause();
        }
    }

    function wait(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_);
    }

    function _remember(Chain memory from, bytes32 id, CCIPWrappedEtherBridge.Order order, uint256 amount)
        private
    {
        bool toB = from.selector == A;
        Message memory message =
            Message(toB, address(toB ? _b.bridge : _a.bridge), _arriving(from, id, order, ALICE, amount));
        _messages.push(abi.encode(message));
    }

    function _arrived(Message memory message) private {
        (CCIPWrappedEtherBridge.Order order,, uint256 amount) =
            abi.decode(message.content.data, (CCIPWrappedEtherBridge.Order, address, uint256));
        if (order == CCIPWrappedEtherBridge.Order.Mint) {
            if (message.toB) mintsToB -= amount;
            else mintsToA -= amount;
        } else {
            if (message.toB) releasesToB -= amount;
            else releasesToA -= amount;
        }
    }
}

contract BridgeInvariants is TwoChains {
    BridgeHandler private _handler;

    function setUp() public {
        _handler = new BridgeHandler();
        targetContract(address(_handler));
    }

    function invariant_lockedAmountIsMintedOrInFlight() public view {
        Chain memory a = _handler.chainA();
        Chain memory b = _handler.chainB();
        assertEq(a.bridge.locked(), b.bridge.totalSupply() + _handler.mintsToB() + _handler.releasesToA());
        assertEq(b.bridge.locked(), a.bridge.totalSupply() + _handler.mintsToA() + _handler.releasesToB());
    }

    function invariant_bridgeHoldsTheLockedAmount() public view {
        Chain memory a = _handler.chainA();
        Chain memory b = _handler.chainB();
        assertEq(a.weth.balanceOf(address(a.bridge)), a.bridge.locked());
        assertEq(b.weth.balanceOf(address(b.bridge)), b.bridge.locked());
    }
}
