// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CCIPReceiver} from "@chainlink/contracts-ccip/contracts/applications/CCIPReceiver.sol";
import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {OperationPause} from "./OperationPause.sol";
import {TokenBucket} from "./TokenBucket.sol";

/// @title One end of a bridge for wrapped ether between two chains.
/// @notice Each end locks its own chain's wrapped ether and is itself the token that stands for the other chain's.
/// `lock` here mints there; `redeem` there burns there and releases here. Always, for each direction:
///
///   locked here = total supply there + mints on their way there + releases on their way here
///
/// A message that its receiver refuses (paused, over the limit) stays on its way and can be executed again.
abstract contract CCIPWrappedEtherBridge is ERC20, CCIPReceiver, OperationPause, ReentrancyGuard {
    using SafeERC20 for IERC20;
    using TokenBucket for TokenBucket.State;

    /// What a message asks the other end to do.
    enum Order {
        Mint,
        Release
    }

    event Connected(uint64 indexed chainSelector, address indexed peer);
    event LimitsSet(uint128 capacityWei, uint128 refillWeiPerSecond);
    event Admitted(bytes32 indexed messageId);
    event Sent(
        bytes32 indexed messageId,
        Order indexed order,
        address indexed from,
        address recipient,
        uint256 amount
    );
    event Received(bytes32 indexed messageId, Order indexed order, address indexed recipient, uint256 amount);

    /// @notice The message does not come from the other end.
    error NotThePeer(uint64 chainSelector, bytes sender);
    /// @notice There is one other end, and it never changes: its supply is what is locked here.
    error AlreadyConnected(address peer);
    /// @notice The owner has not connected the other end yet.
    error NotConnected();
    /// @notice The message has had its effect.
    error AlreadyReceived(bytes32 messageId);
    /// @notice Nothing is nothing to send.
    error ZeroAmount();
    /// @notice Nobody there to receive.
    error ZeroRecipient();
    /// @notice A bridge needs its chain's wrapped ether.
    error ZeroWrappedEther();
    /// @notice The message costs more than was sent, in wei.
    error InsufficientFee(uint256 sent, uint256 fee);

    uint256 private constant RECEIVE_GAS = 200_000;

    IERC20 public immutable wrappedEther;
    /// @notice The other end.
    uint64 public peerChainSelector;
    address public peer;
    /// @notice Wrapped ether that stands behind the other end's tokens.
    uint256 public locked;
    mapping(bytes32 messageId => bool) public isReceived;
    /// @notice Messages that the limit does not apply to.
    mapping(bytes32 messageId => bool) public isAdmitted;

    TokenBucket.State private _outgoing;
    TokenBucket.State private _incoming;

    /// @param capacityEther the most that goes through at once in each direction, in whole ether.
    /// @param refillEtherPerHour what becomes free again each hour, in whole ether.
    constructor(
        address owner_,
        IRouterClient router,
        IERC20 wrappedEther_,
        uint64 capacityEther,
        uint64 refillEtherPerHour,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) CCIPReceiver(address(router)) Ownable(owner_) {
        require(address(wrappedEther_) != address(0), ZeroWrappedEther());
        wrappedEther = wrappedEther_;
        _setLimits(
            SafeCast.toUint128(uint256(capacityEther) * 1 ether),
            SafeCast.toUint128(uint256(refillEtherPerHour) * 1 ether / 1 hours)
        );
    }

    /// @notice Names the other end, once. Owner only.
    function connect(uint64 chainSelector, address peer_) external onlyOwner {
        require(peer == address(0), AlreadyConnected(peer));
        require(peer_ != address(0), NotConnected());
        peerChainSelector = chainSelector;
        peer = peer_;
        emit Connected(chainSelector, peer_);
    }

    /// @notice Sets what may go through in each direction, in wei. Owner only. What was used of the former limits stays
    /// used.
    function setLimits(uint128 capacityWei, uint128 refillWeiPerSecond) external onlyOwner {
        _setLimits(capacityWei, refillWeiPerSecond);
    }

    /// @notice Lets one message arrive whatever the limit is. Owner only. This is for a message over the capacity, which
    /// would never fit: the other end may let through more at once, or the capacity was lowered while it was on its way.
    /// Compare the id with the other chain's event `Sent` first.
    function admit(bytes32 messageId) external onlyOwner {
        isAdmitted[messageId] = true;
        emit Admitted(messageId);
    }

    /// @notice What may be sent at this moment, in wei.
    function outgoingCapacity() external view returns (uint256) {
        return _outgoing.available();
    }

    /// @notice What may be received at this moment, in wei.
    function incomingCapacity() external view returns (uint256) {
        return _incoming.available();
    }

    /// @notice What `lock` and `redeem` cost at this moment, in wei. All messages are of the same length.
    function fee() external view returns (uint256) {
        return IRouterClient(getRouter()).getFee(peerChainSelector, _message(Order.Mint, address(this), 1));
    }

    /// @notice Locks the caller's wrapped ether; the same amount is minted to `recipient` on the other chain. Needs an
    /// allowance and at least `fee()`; what is above it comes back.
    function lock(address recipient, uint256 amount)
        external
        payable
        whenOpen(Operation.Lock)
        nonReentrant
        returns (bytes32 messageId)
    {
        locked += amount;
        wrappedEther.safeTransferFrom(msg.sender, address(this), amount);
        return _send(Order.Mint, recipient, amount);
    }

    /// @notice Burns the caller's tokens; the same amount of wrapped ether is released to `recipient` on the other
    /// chain. Needs at least `fee()`; what is above it comes back.
    function redeem(address recipient, uint256 amount)
        external
        payable
        whenOpen(Operation.Redeem)
        nonReentrant
        returns (bytes32 messageId)
    {
        _burn(msg.sender, amount);
        return _send(Order.Release, recipient, amount);
    }

    /// @inheritdoc CCIPReceiver
    function _ccipReceive(Client.Any2EVMMessage memory message)
        internal
        override
        whenOpen(Operation.Receive)
        nonReentrant
    {
        require(
            peer != address(0) && message.sourceChainSelector == peerChainSelector
                && keccak256(message.sender) == keccak256(abi.encode(peer)),
            NotThePeer(message.sourceChainSelector, message.sender)
        );
        require(!isReceived[message.messageId], AlreadyReceived(message.messageId));
        isReceived[message.messageId] = true;
        (Order order, address recipient, uint256 amount) = abi.decode(message.data, (Order, address, uint256));
        if (!isAdmitted[message.messageId]) {
            _incoming.take(amount);
        }
        emit Received(message.messageId, order, recipient, amount);
        if (order == Order.Mint) {
            _mint(recipient, amount);
        } else {
            locked -= amount;
            wrappedEther.safeTransfer(recipient, amount);
        }
    }

    function _send(Order order, address recipient, uint256 amount) private returns (bytes32 messageId) {
        require(peer != address(0), NotConnected());
        require(amount > 0, ZeroAmount());
        require(recipient != address(0), ZeroRecipient());
        _outgoing.take(amount);
        IRouterClient router = IRouterClient(getRouter());
        Client.EVM2AnyMessage memory message = _message(order, recipient, amount);
        uint256 price = router.getFee(peerChainSelector, message);
        require(msg.value >= price, InsufficientFee(msg.value, price));
        messageId = router.ccipSend{value: price}(peerChainSelector, message);
        emit Sent(messageId, order, msg.sender, recipient, amount);
        if (msg.value > price) {
            Address.sendValue(payable(msg.sender), msg.value - price);
        }
    }

    function _message(Order order, address recipient, uint256 amount)
        private
        view
        returns (Client.EVM2AnyMessage memory)
    {
        return Client.EVM2AnyMessage({
            receiver: abi.encode(peer),
            data: abi.encode(order, recipient, amount),
            tokenAmounts: new Client.EVMTokenAmount[](0),
            feeToken: address(0),
            // Some of CCIP's lanes take only messages that need no order.
            extraArgs: Client._argsToBytes(
                Client.GenericExtraArgsV2({gasLimit: RECEIVE_GAS, allowOutOfOrderExecution: true})
            )
        });
    }

    function _setLimits(uint128 capacityWei, uint128 refillWeiPerSecond) private {
        _outgoing.set(capacityWei, refillWeiPerSecond);
        _incoming.set(capacityWei, refillWeiPerSecond);
        emit LimitsSet(capacityWei, refillWeiPerSecond);
    }
}
