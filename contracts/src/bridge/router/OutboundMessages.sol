// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {IWrappedNative} from "@chainlink/contracts-ccip/contracts/interfaces/IWrappedNative.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {Internal} from "@chainlink/contracts-ccip/contracts/libraries/Internal.sol";
import {MessageV1Codec} from "@chainlink/contracts-ccip/contracts/libraries/MessageV1Codec.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ExtraArgs} from "./ExtraArgs.sol";
import {RouterControl} from "./RouterControl.sol";

/// @title The sender's side of a router: lanes, fees and messages that leave the chain.
/// @notice `getFee` refuses whatever `ccipSend` refuses. Its errors are those of Chainlink's Router, OnRamp and
/// FeeQuoter, its message format and event those of CCIP 2.0.
abstract contract OutboundMessages is IRouterClient, RouterControl {
    using SafeERC20 for IERC20;

    /// @notice The way to one other chain.
    struct Lane {
        /// The other chain's router; zero while the lane is closed.
        address router;
        /// What each message costs, in wei.
        uint64 baseFee;
        /// What each byte of data costs in addition, in wei.
        uint64 feePerByte;
        /// What each unit of the receiver's gas limit costs in addition, in wei.
        uint64 feePerGas;
        /// The number of the last message.
        uint64 messageNumber;
    }

    /// @notice Who gets which part of a message's fee. The type of Chainlink's OnRamp.
    struct Receipt {
        address issuer;
        uint32 destGasLimit;
        uint32 destBytesOverhead;
        uint256 feeTokenAmount;
        bytes extraArgs;
    }

    /// @notice As in Chainlink's Router; the on-ramp is this contract, or zero if the lane was closed.
    event OnRampSet(uint64 indexed destChainSelector, address onRamp);
    event LaneSet(
        uint64 indexed destChainSelector, address router, uint64 baseFee, uint64 feePerByte, uint64 feePerGas
    );
    /// @notice As in Chainlink's OnRamp. Off-ramps deliver `encodedMessage`, whose hash is the message's id.
    event CCIPMessageSent(
        uint64 indexed destChainSelector,
        address indexed sender,
        bytes32 indexed messageId,
        address feeToken,
        uint256 tokenAmountBeforeTokenPoolFees,
        bytes encodedMessage,
        Receipt[] receipts,
        bytes[] verifierBlobs
    );

    /// @notice A lane leads to another chain.
    error InvalidDestChainConfig(uint64 destChainSelector);
    /// @notice Tokens travel by bridges, not in messages.
    error UnsupportedNumberOfTokens(uint256 numberOfTokens, uint256 maxNumberOfTokensPerMsg);
    /// @notice Fees are paid in ether, or in wrapped ether.
    error FeeTokenNotSupported(address token);
    error MessageTooLarge(uint256 maxSize, uint256 actualSize);

    uint256 public constant DEFAULT_GAS_LIMIT = ExtraArgs.DEFAULT_GAS_LIMIT;
    uint256 public constant MAX_GAS_LIMIT = ExtraArgs.MAX_GAS_LIMIT;
    /// @notice The most data of a message, in bytes, as on CCIP's own lanes
    /// (https://docs.chain.link/ccip/service-limits/evm).
    uint256 public constant MAX_DATA_BYTES = 30_000;
    /// @notice What an off-ramp's transaction needs besides the receiver's gas, for messages of the usual size.
    uint32 private constant EXECUTION_GAS = 300_000;

    mapping(uint64 destChainSelector => Lane) public lanes;
    IWrappedNative private immutable _wrappedNative;

    constructor(IWrappedNative wrappedNative) {
        require(address(wrappedNative) != address(0), FeeTokenNotSupported(address(0)));
        _wrappedNative = wrappedNative;
    }

    /// @notice Opens, prices or, with a zero router, closes the lane to a chain. Owner only.
    /// @param router the other chain's router, which alone executes the messages.
    /// @param baseFee what each message costs, in wei.
    /// @param feePerByte what each byte of data costs in addition, in wei.
    /// @param feePerGas what each unit of the receiver's gas limit costs in addition, in wei.
    function setLane(
        uint64 destChainSelector,
        address router,
        uint64 baseFee,
        uint64 feePerByte,
        uint64 feePerGas
    ) external onlyOwner {
        require(
            destChainSelector != 0 && destChainSelector != chainSelector,
            InvalidDestChainConfig(destChainSelector)
        );
        uint64 messageNumber = lanes[destChainSelector].messageNumber;
        lanes[destChainSelector] = Lane(router, baseFee, feePerByte, feePerGas, messageNumber);
        emit OnRampSet(destChainSelector, getOnRamp(destChainSelector));
        emit LaneSet(destChainSelector, router, baseFee, feePerByte, feePerGas);
    }

    /// @notice The wrapped ether in which fees are kept and may be paid.
    function getWrappedNative() external view returns (address) {
        return address(_wrappedNative);
    }

    /// @notice The contract that sends to a chain: this one, or zero where there is no lane.
    function getOnRamp(uint64 destChainSelector) public view returns (address) {
        return isChainSupported(destChainSelector) ? address(this) : address(0);
    }

    /// @notice The number that the lane's next message will have.
    function getExpectedNextMessageNumber(uint64 destChainSelector) external view returns (uint64) {
        return lanes[destChainSelector].messageNumber + 1;
    }

    /// @inheritdoc IRouterClient
    function isChainSupported(uint64 destChainSelector) public view returns (bool) {
        return lanes[destChainSelector].router != address(0);
    }

    /// @inheritdoc IRouterClient
    function getFee(uint64 destinationChainSelector, Client.EVM2AnyMessage calldata message)
        external
        view
        whenNotPaused
        returns (uint256 fee)
    {
        (uint32 gasLimit,) = _validate(destinationChainSelector, message);
        return _fee(destinationChainSelector, message.data.length, gasLimit);
    }

    /// @inheritdoc IRouterClient
    function ccipSend(uint64 destinationChainSelector, Client.EVM2AnyMessage calldata message)
        external
        payable
        whenNotPaused
        returns (bytes32 messageId)
    {
        (uint32 gasLimit, bytes4 finality) = _validate(destinationChainSelector, message);
        uint256 fee = _fee(destinationChainSelector, message.data.length, gasLimit);
        bytes memory encoded = _encode(destinationChainSelector, message, gasLimit, finality);
        messageId = keccak256(encoded);
        Receipt[] memory receipts = new Receipt[](1);
        receipts[0] = Receipt(
            address(this),
            gasLimit,
            uint32(message.data.length),
            message.feeToken == address(0) ? msg.value : fee,
            ""
        );
        emit CCIPMessageSent(
            destinationChainSelector,
            msg.sender,
            messageId,
            address(_wrappedNative),
            0,
            encoded,
            receipts,
            new bytes[](0)
        );
        _collect(message.feeToken, fee);
    }

    /// @dev All that a message can be refused for, but for its payment.
    function _validate(uint64 destChainSelector, Client.EVM2AnyMessage calldata message)
        private
        view
        returns (uint32 gasLimit, bytes4 finality)
    {
        require(isChainSupported(destChainSelector), UnsupportedDestinationChain(destChainSelector));
        Internal._validateEVMAddress(message.receiver);
        require(message.data.length <= MAX_DATA_BYTES, MessageTooLarge(MAX_DATA_BYTES, message.data.length));
        require(message.tokenAmounts.length == 0, UnsupportedNumberOfTokens(message.tokenAmounts.length, 0));
        require(
            message.feeToken == address(0) || message.feeToken == address(_wrappedNative),
            FeeTokenNotSupported(message.feeToken)
        );
        return ExtraArgs.parse(message.extraArgs);
    }

    function _fee(uint64 destChainSelector, uint256 dataBytes, uint32 gasLimit)
        private
        view
        returns (uint256)
    {
        Lane storage lane = lanes[destChainSelector];
        return lane.baseFee + dataBytes * lane.feePerByte + uint256(gasLimit) * lane.feePerGas;
    }

    /// @dev The message under its number, in CCIP's format. The id, its hash, is unique to this router and chain.
    function _encode(
        uint64 destChainSelector,
        Client.EVM2AnyMessage calldata message,
        uint32 gasLimit,
        bytes4 finality
    ) private returns (bytes memory) {
        Lane storage lane = lanes[destChainSelector];
        return MessageV1Codec._encodeMessageV1(
            MessageV1Codec.MessageV1({
                sourceChainSelector: chainSelector,
                destChainSelector: destChainSelector,
                messageNumber: ++lane.messageNumber,
                executionGasLimit: gasLimit + EXECUTION_GAS,
                ccipReceiveGasLimit: gasLimit,
                finality: finality,
                ccvAndExecutorHash: MessageV1Codec._computeCCVAndExecutorHash(new address[](0), address(0)),
                onRampAddress: abi.encode(address(this)),
                offRampAddress: abi.encodePacked(lane.router),
                sender: abi.encode(msg.sender),
                receiver: abi.encodePacked(abi.decode(message.receiver, (address))),
                destBlob: "",
                tokenTransfer: new MessageV1Codec.TokenTransferV1[](0),
                data: message.data
            })
        );
    }

    /// @dev Takes the whole value, also if it is more than the fee, and wraps it, as Chainlink's Router does.
    function _collect(address feeToken, uint256 fee) private {
        if (feeToken == address(0)) {
            require(msg.value >= fee, InsufficientFeeTokenAmount());
            if (msg.value > 0) {
                _wrappedNative.deposit{value: msg.value}();
            }
        } else {
            require(msg.value == 0, InvalidMsgValue());
            IERC20(feeToken).safeTransferFrom(msg.sender, address(this), fee);
        }
    }
}
