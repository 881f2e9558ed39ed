// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    IAny2EVMMessageReceiver
} from "@chainlink/contracts-ccip/contracts/interfaces/IAny2EVMMessageReceiver.sol";
import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {TokenBucket} from "./TokenBucket.sol";

/// @title One end of a bridge for wrapped ether between two chains.
/// @notice Each end locks its own chain's wrapped ether and is itself the token that stands for the other chain's.
/// `lock` here mints there; `redeem` there burns there and releases here. Always, for each direction:
///
///   locked here = total supply there + mints on their way there + releases on their way here
///
/// A message that its receiver refuses (paused, over the limit) stays on its way and can be delivered again.
abstract contract CCIPWrappedEtherBridge is
    ERC20,
    IAny2EVMMessageReceiver,
    IERC165,
    Ownable2Step,
    Pausable,
    ReentrancyGuard
{
    using SafeERC20 for IERC20;
    using TokenBucket for TokenBucket.State;

    /// What a message asks the other end to do.
    enum Order {
        Mint,
        Release
    }

    event Connected(uint64 indexed chainSelector, address indexed peer);
    event LimitsSet(uint128 capacity, uint128 refillPerSecond);
    event Sent(
        bytes32 indexed messageId,
        Order indexed order,
        address indexed from,
        address recipient,
        uint256 amount
    );
    event Received(bytes32 indexed messageId, Order indexed order, address indexed recipient, uint256 amount);

    /// @notice Only the router delivers.
    error NotTheRouter(address account);
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

    uint256 private constant RECEIVE_GAS = 200_000;

    IRouterClient public immutable router;
    IERC20 public immutable wrappedEther;
    /// @notice The other end.
    uint64 public peerChainSelector;
    address public peer;
    /// @notice Wrapped ether that stands behind the other end's tokens.
    uint256 public locked;
    mapping(bytes32 messageId => bool) public isReceived;

    TokenBucket.State private _outgoing;
    TokenBucket.State private _incoming;

    /// @param capacity most that goes through at once in each direction, in wei.
    /// @param refillPerSecond wei that become free again each second.
    constructor(
        address owner_,
        IRouterClient router_,
        IERC20 wrappedEther_,
        uint128 capacity,
        uint128 refillPerSecond,
        string memory name_,
        string memory symbol_
    ) ERC20(name_, symbol_) Ownable(owner_) {
        router = router_;
        wrappedEther = wrappedEther_;
        _outgoing.set(capacity, refillPerSecond);
        _incoming.set(capacity, refillPerSecond);
    }

    /// @notice Names the other end, once. Owner only.
    function connect(uint64 chainSelector, address peer_) external onlyOwner {
        require(peer == address(0), AlreadyConnected(peer));
        require(peer_ != address(0), NotConnected());
        peerChainSelector = chainSelector;
        peer = peer_;
        emit Connected(chainSelector, peer_);
    }

    /// @notice Sets what may go through in each direction. Owner only.
    function setLimits(uint128 capacity, uint128 refillPerSecond) external onlyOwner {
        _outgoing.set(capacity, refillPerSecond);
        _incoming.set(capacity, refillPerSecond);
        emit LimitsSet(capacity, refillPerSecond);
    }

    /// @notice Stops sending and receiving. Owner only.
    function pause() external onlyOwner {
        _pause();
    }

    /// @notice Owner only.
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @notice What may be sent at this moment, in wei.
    function outgoingCapacity() external view returns (uint256) {
        return _outgoing.available();
    }

    /// @notice What may be received at this moment, in wei.
    function incomingCapacity() external view returns (uint256) {
        return _incoming.available();
    }

    /// @notice What `lock` and `redeem` cost at this moment, in wei.
    function fee() public view returns (uint256) {
        return router.getFee(peerChainSelector, _message(Order.Mint, address(this), 1));
    }

    /// @notice Locks the caller's wrapped ether; the same amount is minted to `recipient` on the other chain. Needs an
    /// allowance and exactly `fee()`.
    function lock(address recipient, uint256 amount)
        external
        payable
        whenNotPaused
        nonReentrant
        returns (bytes32 messageId)
    {
        locked += amount;
        wrappedEther.safeTransferFrom(msg.sender, address(this), amount);
        return _send(Order.Mint, recipient, amount);
    }

    /// @notice Burns the caller's tokens; the same amount of wrapped ether is released to `recipient` on the other
    /// chain. Needs exactly `fee()`.
    function redeem(address recipient, uint256 amount)
        external
        payable
        whenNotPaused
        nonReentrant
        returns (bytes32 messageId)
    {
        _burn(msg.sender, amount);
        return _send(Order.Release, recipient, amount);
    }

    /// @inheritdoc IAny2EVMMessageReceiver
    function ccipReceive(Client.Any2EVMMessage calldata message) external whenNotPaused nonReentrant {
        require(msg.sender == address(router), NotTheRouter(msg.sender));
        require(
            peer != address(0) && message.sourceChainSelector == peerChainSelector
                && keccak256(message.sender) == keccak256(abi.encode(peer)),
            NotThePeer(message.sourceChainSelector, message.sender)
        );
        require(!isReceived[message.messageId], AlreadyReceived(message.messageId));
        isReceived[message.messageId] = true;
        (Order order, address recipient, uint256 amount) = abi.decode(message.data, (Order, address, uint256));
        _incoming.take(amount);
        emit Received(message.messageId, order, recipient, amount);
        if (order == Order.Mint) {
            _mint(recipient, amount);
        } else {
            locked -= amount;
            wrappedEther.safeTransfer(recipient, amount);
        }
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return
            interfaceId == type(IAny2EVMMessageReceiver).interfaceId
                || interfaceId == type(IERC165).interfaceId;
    }

    function _send(Order order, address recipient, uint256 amount) private returns (bytes32 messageId) {
        require(peer != address(0), NotConnected());
        require(amount > 0, ZeroAmount());
        require(recipient != address(0), ZeroRecipient());
        _outgoing.take(amount);
        messageId = router.ccipSend{value: msg.value}(peerChainSelector, _message(order, recipient, amount));
        emit Sent(messageId, order, msg.sender, recipient, amount);
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
            extraArgs: Client._argsToBytes(Client.EVMExtraArgsV1({gasLimit: RECEIVE_GAS}))
        });
    }
}
