// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    IAny2EVMMessageReceiver
} from "@chainlink/contracts-ccip/contracts/interfaces/IAny2EVMMessageReceiver.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {
    ERC165CheckerReverting
} from "@chainlink/contracts-ccip/contracts/libraries/ERC165CheckerReverting.sol";
import {Internal} from "@chainlink/contracts-ccip/contracts/libraries/Internal.sol";
import {MessageV1Codec} from "@chainlink/contracts-ccip/contracts/libraries/MessageV1Codec.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {RouterControl} from "./RouterControl.sol";

/// @title The receiver's side of a router: off-ramps, and messages that arrive.
/// @notice An off-ramp is an account that the owner trusts to deliver the messages of one source chain. An id is the
/// hash of its message, so no off-ramp can use up the id of a message by delivering something else under it. Events,
/// errors and states are those of Chainlink's Router and OffRamp.
abstract contract InboundMessages is RouterControl, ReentrancyGuard {
    using ERC165CheckerReverting for address;
    using EnumerableSet for EnumerableSet.UintSet;

    /// @notice An account and the chain whose messages it delivers. The type of Chainlink's Router.
    struct OffRamp {
        uint64 sourceChainSelector;
        address offRamp;
    }

    event OffRampAdded(uint64 indexed sourceChainSelector, address offRamp);
    event OffRampRemoved(uint64 indexed sourceChainSelector, address offRamp);
    /// @notice A receiver was called. `ExecutionStateChanged` says with what result.
    // Slither: the parameters are indexed as those of Chainlink's event, or tools would not read it.
    // slither-disable-next-line unindexed-event-address
    event MessageExecuted(
        bytes32 messageId, uint64 sourceChainSelector, address offRamp, bytes32 calldataHash
    );
    event ExecutionStateChanged(
        uint64 indexed sourceChainSelector,
        uint64 indexed messageNumber,
        bytes32 indexed messageId,
        Internal.MessageExecutionState state,
        bytes returnData
    );

    /// @notice Neither the caller nor the account that has delivered the message before is trusted with its chain.
    error OnlyOffRamp();
    error ZeroAddressNotAllowed();
    error OffRampMismatch(uint64 chainSelector, address offRamp);
    error InvalidMessageDestChainSelector(uint64 messageDestChainSelector);
    /// @notice The message is for another router.
    error InvalidOffRamp(address expected, bytes got);
    error InvalidNumberOfTokens(uint256 numTokens);
    error InvalidGasLimitOverride(uint32 messageGasLimit, uint32 gasLimitOverride);
    error SkippedAlreadyExecutedMessage(bytes32 messageId, uint64 sourceChainSelector, uint64 messageNumber);
    /// @notice The receiver has refused the message again.
    error NoStateProgressMade(bytes32 messageId, bytes err);
    /// @notice The transaction leaves too little gas for the receiver: it would fail through no fault of its own.
    error NotEnoughGasForCall(uint256 needed);

    /// For what comes after the receiver: the states of two slots, and events with the receiver's answer.
    uint256 private constant RESERVE = 60_000;

    mapping(bytes32 messageId => Internal.MessageExecutionState) private _states;
    /// The off-ramp that vouches for a message whose receiver has refused it.
    mapping(bytes32 messageId => address offRamp) private _vouchers;
    EnumerableSet.UintSet private _offRamps;

    /// @notice Trusts an account with the messages of a chain. Owner only.
    function addOffRamp(uint64 sourceChainSelector, address offRamp) external onlyOwner {
        require(offRamp != address(0), ZeroAddressNotAllowed());
        if (_offRamps.add(_key(sourceChainSelector, offRamp))) {
            emit OffRampAdded(sourceChainSelector, offRamp);
        }
    }

    /// @notice Trusts an account no longer, neither for what it would deliver nor for what it has delivered and its
    /// receivers have refused. Owner only.
    function removeOffRamp(uint64 sourceChainSelector, address offRamp) external onlyOwner {
        require(
            _offRamps.remove(_key(sourceChainSelector, offRamp)),
            OffRampMismatch(sourceChainSelector, offRamp)
        );
        emit OffRampRemoved(sourceChainSelector, offRamp);
    }

    function getOffRamps() external view returns (OffRamp[] memory offRamps) {
        uint256[] memory keys = _offRamps.values();
        offRamps = new OffRamp[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            offRamps[i] = OffRamp(uint64(keys[i] >> 160), address(uint160(keys[i])));
        }
    }

    function isOffRamp(uint64 sourceChainSelector, address offRamp) public view returns (bool) {
        return _offRamps.contains(_key(sourceChainSelector, offRamp));
    }

    function getExecutionState(bytes32 messageId) external view returns (Internal.MessageExecutionState) {
        return _states[messageId];
    }

    /// @notice Delivers a message of another chain. Off-ramps of that chain only; but anyone may try a message again that
    /// its receiver has refused, as long as the off-ramp that delivered it is trusted. A message is executed once.
    /// @param encodedMessage as the source router's event `CCIPMessageSent` has it.
    /// @param gasLimitOverride more gas for the receiver than the message says; zero for what it says.
    /// @return state FAILURE if the receiver has refused the message.
    function execute(bytes calldata encodedMessage, uint32 gasLimitOverride)
        external
        whenNotPaused
        nonReentrant
        returns (Internal.MessageExecutionState state)
    {
        MessageV1Codec.MessageV1 memory message = MessageV1Codec._decodeMessageV1(encodedMessage);
        _validate(message, gasLimitOverride);
        bytes32 id = keccak256(encodedMessage);
        state = _states[id];
        require(
            state == Internal.MessageExecutionState.UNTOUCHED
                || state == Internal.MessageExecutionState.FAILURE,
            SkippedAlreadyExecutedMessage(id, message.sourceChainSelector, message.messageNumber)
        );
        address voucher = isOffRamp(message.sourceChainSelector, msg.sender) ? msg.sender : _vouchers[id];
        require(isOffRamp(message.sourceChainSelector, voucher), OnlyOffRamp());
        _states[id] = Internal.MessageExecutionState.IN_PROGRESS;
        uint32 gasLimit = gasLimitOverride == 0 ? message.ccipReceiveGasLimit : gasLimitOverride;
        (bool success, bytes memory answer) = _deliver(id, message, gasLimit);
        if (success) {
            state = Internal.MessageExecutionState.SUCCESS;
            delete _vouchers[id];
        } else {
            require(voucher != _vouchers[id], NoStateProgressMade(id, answer));
            state = Internal.MessageExecutionState.FAILURE;
            _vouchers[id] = voucher;
        }
        _states[id] = state;
        emit ExecutionStateChanged(message.sourceChainSelector, message.messageNumber, id, state, answer);
    }

    function _validate(MessageV1Codec.MessageV1 memory message, uint32 gasLimitOverride) private view {
        require(
            message.destChainSelector == chainSelector,
            InvalidMessageDestChainSelector(message.destChainSelector)
        );
        require(
            keccak256(message.offRampAddress) == keccak256(abi.encodePacked(address(this))),
            InvalidOffRamp(address(this), message.offRampAddress)
        );
        require(message.receiver.length == 20, Internal.InvalidEVMAddress(message.receiver));
        require(message.tokenTransfer.length == 0, InvalidNumberOfTokens(message.tokenTransfer.length));
        require(
            gasLimitOverride == 0 || gasLimitOverride >= message.ccipReceiveGasLimit,
            InvalidGasLimitOverride(message.ccipReceiveGasLimit, gasLimitOverride)
        );
    }

    /// @dev A message without data and gas, and one to an account without code or without the receiver's interface,
    /// has arrived without a call, as with Chainlink's OffRamp.
    function _deliver(bytes32 id, MessageV1Codec.MessageV1 memory message, uint32 gasLimit)
        private
        returns (bool success, bytes memory answer)
    {
        address receiver = address(bytes20(message.receiver));
        if (
            (message.data.length == 0 && message.ccipReceiveGasLimit == 0) || receiver.code.length == 0
                || !receiver._supportsInterfaceReverting(type(IAny2EVMMessageReceiver).interfaceId)
        ) {
            return (true, "");
        }
        bytes memory data = abi.encodeCall(
            IAny2EVMMessageReceiver.ccipReceive,
            (Client.Any2EVMMessage({
                    messageId: id,
                    sourceChainSelector: message.sourceChainSelector,
                    sender: message.sender,
                    data: message.data,
                    destTokenAmounts: new Client.EVMTokenAmount[](0)
                }))
        );
        emit MessageExecuted(id, message.sourceChainSelector, msg.sender, keccak256(data));
        // Of what is left a 64th stays here (EIP-150).
        require(gasleft() > uint256(gasLimit) + gasLimit / 63 + RESERVE, NotEnoughGasForCall(gasLimit));
        return _call(receiver, gasLimit, data);
    }

    /// @dev A call as Solidity makes it, but for the end of a long answer, which is left behind: it would cost the
    /// off-ramp more than its reserve.
    function _call(address receiver, uint256 gasLimit, bytes memory data)
        private
        returns (bool success, bytes memory answer)
    {
        answer = new bytes(Internal.MAX_RET_BYTES);
        // Slither: Solidity's own call copies the whole answer.
        // slither-disable-next-line assembly
        assembly ("memory-safe") {
            success := call(gasLimit, receiver, 0, add(data, 0x20), mload(data), 0, 0)
            let length := returndatasize()
            if gt(length, mload(answer)) { length := mload(answer) }
            mstore(answer, length)
            returndatacopy(add(answer, 0x20), 0, length)
        }
    }

    function _key(uint64 sourceChainSelector, address offRamp) private pure returns (uint256) {
        return (uint256(sourceChainSelector) << 160) | uint160(offRamp);
    }
}
