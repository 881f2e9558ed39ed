// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";
import {ExtraArgsCodec} from "@chainlink/contracts-ccip/contracts/libraries/ExtraArgsCodec.sol";
import {FinalityCodec} from "@chainlink/contracts-ccip/contracts/libraries/FinalityCodec.sol";

/// @title What a sender asks for besides the data, in each version of CCIP's extra arguments.
/// @notice The errors of versions 1 and 2 are those of Chainlink's FeeQuoter.
library ExtraArgs {
    /// @notice The extra arguments have a tag of no version for EVM chains.
    error InvalidExtraArgsTag();
    /// @notice The receiver would get more gas than a message may ask for.
    error MessageGasLimitTooHigh();
    /// @notice The message asks for verifiers, an executor or token arguments; this router has none of them.
    error UnsupportedExtraArgs();

    /// @notice What a receiver gets if the sender does not say how much.
    uint32 internal constant DEFAULT_GAS_LIMIT = 200_000;
    /// @notice The most that a message may ask for its receiver, as on CCIP's own lanes
    /// (https://docs.chain.link/ccip/service-limits/evm).
    uint32 internal constant MAX_GAS_LIMIT = 3_000_000;

    /// @return gasLimit of the call of the receiver.
    /// @return finality what off-ramps wait for before they deliver, as `FinalityCodec` encodes it.
    function parse(bytes calldata extraArgs) internal pure returns (uint32 gasLimit, bytes4 finality) {
        // Fewer than four bytes count as none, as in Chainlink's FeeQuoter.
        if (extraArgs.length < 4) {
            return (DEFAULT_GAS_LIMIT, FinalityCodec.WAIT_FOR_FINALITY_FLAG);
        }
        uint256 asked;
        bytes4 tag = bytes4(extraArgs[:4]);
        if (tag == ExtraArgsCodec.GENERIC_EXTRA_ARGS_V3_TAG) {
            (asked, finality) = _parseV3(extraArgs);
        } else if (tag == Client.GENERIC_EXTRA_ARGS_V2_TAG) {
            // Messages are never ordered: the second argument, which allows that, changes nothing.
            asked = abi.decode(extraArgs[4:], (Client.GenericExtraArgsV2)).gasLimit;
        } else {
            require(tag == Client.EVM_EXTRA_ARGS_V1_TAG, InvalidExtraArgsTag());
            asked = abi.decode(extraArgs[4:], (uint256));
        }
        require(asked <= MAX_GAS_LIMIT, MessageGasLimitTooHigh());
        return (uint32(asked), finality);
    }

    function _parseV3(bytes calldata extraArgs) private pure returns (uint32 gasLimit, bytes4 finality) {
        ExtraArgsCodec.GenericExtraArgsV3 memory args = ExtraArgsCodec._decodeGenericExtraArgsV3(extraArgs);
        require(
            args.ccvs.length == 0 && args.executor == address(0) && args.executorArgs.length == 0
                && args.tokenReceiver.length == 0 && args.tokenArgs.length == 0,
            UnsupportedExtraArgs()
        );
        FinalityCodec._validateRequestedFinality(args.requestedFinalityConfig);
        return (args.gasLimit, args.requestedFinalityConfig);
    }
}
