// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    IAny2EVMMessageReceiver
} from "@chainlink/contracts-ccip/contracts/interfaces/IAny2EVMMessageReceiver.sol";
import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// @title A router with the sender's and receiver's side of Chainlink's CCIP, run by a consortium.
/// @notice Contracts send by `IRouterClient` and receive by `IAny2EVMMessageReceiver`, as with Chainlink's own router,
/// which a Mainnet deployment uses in its place. Between the chains stand off-ramps: accounts that the owner trusts to
/// deliver what the other chain's router has sent, and nothing else. Messages carry data, no tokens; fees are native.
contract CCIPRouter is IRouterClient, Ownable2Step, Pausable {
    enum Delivery {
        None,
        Executed,
        Failed
    }

    struct Lane {
        bool enabled;
        /// What a message costs, in wei.
        uint128 fee;
    }

    /// A delivery that its receiver refused.
    struct Failure {
        /// Hash of the message and its receiver.
        bytes32 content;
        address offRamp;
        uint96 gasLimit;
    }

    event LaneSet(uint64 indexed destinationChainSelector, bool enabled, uint128 fee);
    event OffRampSet(address indexed offRamp, bool trusted);
    event MessageSent(
        bytes32 indexed messageId,
        uint64 indexed destinationChainSelector,
        address indexed sender,
        uint64 sequenceNumber,
        bytes receiver,
        bytes data,
        uint256 gasLimit
    );
    event MessageExecuted(bytes32 indexed messageId, uint64 indexed sourceChainSelector);
    event MessageFailed(bytes32 indexed messageId, uint64 indexed sourceChainSelector, bytes reason);
    event FeesWithdrawn(address indexed to, uint256 amount);

    /// @notice Only an account that the owner has made an off-ramp may deliver.
    error NotAnOffRamp(address account);
    /// @notice The message was delivered before.
    error AlreadyDelivered(bytes32 messageId);
    /// @notice No delivery of a message with this id and content has failed.
    error NothingToRetry(bytes32 messageId);
    /// @notice The transaction leaves too little gas for the receiver: it would fail through no fault of its own.
    error NotEnoughGas(uint256 needed);
    /// @notice Tokens travel by bridges, not in messages.
    error TokensNotSupported();
    /// @notice The receiver would get more gas than a message can pay for.
    error GasLimitTooHigh(uint256 most);
    /// @notice Extra arguments that are neither empty nor of a known version.
    error UnknownExtraArgs(bytes4 tag);

    uint256 public constant DEFAULT_GAS_LIMIT = 200_000;
    /// @notice The most that a message may ask for its receiver, as on CCIP's own lanes
    /// (https://docs.chain.link/ccip/service-limits/evm).
    uint256 public constant MAX_GAS_LIMIT = 3_000_000;

    /// What is kept of a receiver's reason to refuse, in bytes: more would cost the off-ramp more than its reserve.
    uint256 private constant MAX_REASON = 1024;
    /// For the call, and for the bookkeeping after it: two new slots of 22,100, and an event with a reason.
    uint256 private constant RESERVE = 80_000;

    /// @notice This chain's CCIP selector.
    uint64 public immutable chainSelector;
    mapping(uint64 destinationChainSelector => Lane) public lanes;
    mapping(address account => bool) public isOffRamp;
    mapping(bytes32 messageId => Delivery) public deliveries;
    uint64 public lastSequenceNumber;

    mapping(bytes32 messageId => Failure) private _failures;

    constructor(address owner_, uint64 chainSelector_) Ownable(owner_) {
        chainSelector = chainSelector_;
    }

    /// @notice Opens, closes or prices the way to a chain. Owner only.
    function setLane(uint64 destinationChainSelector, bool enabled, uint128 fee) external onlyOwner {
        lanes[destinationChainSelector] = Lane(enabled, fee);
        emit LaneSet(destinationChainSelector, enabled, fee);
    }

    /// @notice Trusts an account to deliver, or no longer. Owner only.
    function setOffRamp(address offRamp, bool trusted) external onlyOwner {
        isOffRamp[offRamp] = trusted;
        emit OffRampSet(offRamp, trusted);
    }

    /// @notice Stops sending and delivering. Owner only.
    function pause() external onlyOwner {
        _pause();
    }

    /// @notice Owner only.
    function unpause() external onlyOwner {
        _unpause();
    }

    /// @notice Pays the fees taken so far out. Owner only.
    function withdrawFees(address payable to) external onlyOwner {
        uint256 amount = address(this).balance;
        emit FeesWithdrawn(to, amount);
        Address.sendValue(to, amount);
    }

    /// @inheritdoc IRouterClient
    function isChainSupported(uint64 destinationChainSelector) public view returns (bool) {
        return lanes[destinationChainSelector].enabled;
    }

    /// @inheritdoc IRouterClient
    function getFee(uint64 destinationChainSelector, Client.EVM2AnyMessage memory)
        public
        view
        returns (uint256 fee)
    {
        require(
            isChainSupported(destinationChainSelector), UnsupportedDestinationChain(destinationChainSelector)
        );
        return lanes[destinationChainSelector].fee;
    }

    /// @inheritdoc IRouterClient
    /// @dev The fee is paid exactly: there is nothing to give back.
    function ccipSend(uint64 destinationChainSelector, Client.EVM2AnyMessage calldata message)
        external
        payable
        whenNotPaused
        returns (bytes32 messageId)
    {
        require(msg.value == getFee(destinationChainSelector, message), InvalidMsgValue());
        require(message.tokenAmounts.length == 0 && message.feeToken == address(0), TokensNotSupported());
        uint64 sequenceNumber = ++lastSequenceNumber;
        messageId = keccak256(
            abi.encode(
                chainSelector,
                destinationChainSelector,
                sequenceNumber,
                msg.sender,
                message.receiver,
                message.data
            )
        );
        emit MessageSent(
            messageId,
            destinationChainSelector,
            msg.sender,
            sequenceNumber,
            message.receiver,
            message.data,
            _gasLimit(message.extraArgs)
        );
    }

    /// @notice Delivers a message of another chain's router. Off-ramps only; a message is delivered once.
    /// @return success false if the receiver refused it: then it can be tried again with `retry`.
    function deliver(Client.Any2EVMMessage calldata message, address receiver, uint256 gasLimit)
        external
        whenNotPaused
        returns (bool success)
    {
        require(isOffRamp[msg.sender], NotAnOffRamp(msg.sender));
        require(deliveries[message.messageId] == Delivery.None, AlreadyDelivered(message.messageId));
        require(gasLimit <= MAX_GAS_LIMIT, GasLimitTooHigh(MAX_GAS_LIMIT));
        Failure memory failure = Failure(_content(message, receiver), msg.sender, uint96(gasLimit));
        return _execute(message, receiver, gasLimit, failure);
    }

    /// @notice Delivers a message once more that its receiver has refused. Anyone, with at least as much gas as before:
    /// the content is that of the off-ramp, which must still be trusted.
    function retry(Client.Any2EVMMessage calldata message, address receiver, uint256 gasLimit)
        external
        whenNotPaused
        returns (bool success)
    {
        bytes32 id = message.messageId;
        Failure memory failure = _failures[id];
        require(
            deliveries[id] == Delivery.Failed && failure.content == _content(message, receiver),
            NothingToRetry(id)
        );
        require(isOffRamp[failure.offRamp], NotAnOffRamp(failure.offRamp));
        require(gasLimit >= failure.gasLimit, NotEnoughGas(failure.gasLimit));
        return _execute(message, receiver, gasLimit, failure);
    }

    /// @param failure what is kept if the receiver refuses
    function _execute(
        Client.Any2EVMMessage calldata message,
        address receiver,
        uint256 gasLimit,
        Failure memory failure
    ) private returns (bool success) {
        bytes32 id = message.messageId;
        bytes memory data = abi.encodeCall(IAny2EVMMessageReceiver.ccipReceive, (message));
        // Before the call: a receiver that calls back finds its message delivered.
        deliveries[id] = Delivery.Executed;
        // Of what is left a 64th stays here (EIP-150).
        require(gasleft() > gasLimit + gasLimit / 63 + RESERVE, NotEnoughGas(gasLimit));
        bytes memory reason;
        (success, reason) = _call(receiver, gasLimit, data);
        if (success && receiver.code.length > 0) {
            delete _failures[id];
            emit MessageExecuted(id, message.sourceChainSelector);
            return true;
        }
        deliveries[id] = Delivery.Failed;
        _failures[id] = failure;
        emit MessageFailed(id, message.sourceChainSelector, reason);
        return false;
    }

    /// @dev A call as Solidity makes it, but for the end of a long answer, which is left behind.
    function _call(address receiver, uint256 gasLimit, bytes memory data)
        private
        returns (bool success, bytes memory answer)
    {
        answer = new bytes(MAX_REASON);
        assembly ("memory-safe") {
            success := call(gasLimit, receiver, 0, add(data, 0x20), mload(data), 0, 0)
            let length := returndatasize()
            if gt(length, mload(answer)) { length := mload(answer) }
            mstore(answer, length)
            returndatacopy(add(answer, 0x20), 0, length)
        }
    }

    function _content(Client.Any2EVMMessage calldata message, address receiver)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(message, receiver));
    }

    function _gasLimit(bytes calldata extraArgs) private pure returns (uint256 gasLimit) {
        if (extraArgs.length == 0) {
            return DEFAULT_GAS_LIMIT;
        }
        bytes4 tag = bytes4(extraArgs[:4]);
        require(
            tag == Client.EVM_EXTRA_ARGS_V1_TAG || tag == Client.GENERIC_EXTRA_ARGS_V2_TAG,
            UnknownExtraArgs(tag)
        );
        gasLimit = abi.decode(extraArgs[4:], (uint256));
        require(gasLimit <= MAX_GAS_LIMIT, GasLimitTooHigh(MAX_GAS_LIMIT));
    }
}
