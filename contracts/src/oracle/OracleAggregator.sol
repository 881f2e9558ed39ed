// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    AggregatorInterface,
    AggregatorV2V3Interface,
    AggregatorV3Interface
} from "./AggregatorV2V3Interface.sol";

/// @title A data feed: accounts that are trusted with it write one answer after the other.
/// @notice Each answer is a round; rounds count from 1 and never change.
contract OracleAggregator is AggregatorV2V3Interface, AccessControl {
    struct Round {
        int192 answer;
        uint64 updatedAt;
    }

    /// @notice The answer is outside of what the feed can be right about.
    error AnswerOutOfBounds(int256 answer, int256 lowest, int256 highest);
    /// @notice Bounds in the wrong order.
    error BadBounds(int256 lowest, int256 highest);
    /// @notice There is no such round.
    error NoDataPresent(uint80 roundId);
    /// @notice Nobody could ever name a transmitter.
    error ZeroAdmin();

    /// @notice May write answers.
    bytes32 public constant TRANSMITTER = keccak256("TRANSMITTER");
    uint256 public constant version = 1;
    string public constant typeAndVersion = "OracleAggregator 1.0.0";

    uint8 public immutable decimals;
    int192 public immutable minAnswer;
    int192 public immutable maxAnswer;
    string public description;

    uint80 private _latestRound;
    mapping(uint256 roundId => Round) private _rounds;

    /// @param admin names transmitters.
    constructor(
        address admin,
        uint8 decimals_,
        int192 minAnswer_,
        int192 maxAnswer_,
        string memory description_
    ) {
        require(admin != address(0), ZeroAdmin());
        require(minAnswer_ <= maxAnswer_, BadBounds(minAnswer_, maxAnswer_));
        decimals = decimals_;
        minAnswer = minAnswer_;
        maxAnswer = maxAnswer_;
        description = description_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Writes the next round. Transmitters only.
    function transmit(int192 answer) external onlyRole(TRANSMITTER) returns (uint80 roundId) {
        require(answer >= minAnswer && answer <= maxAnswer, AnswerOutOfBounds(answer, minAnswer, maxAnswer));
        roundId = ++_latestRound;
        _rounds[roundId] = Round(answer, SafeCast.toUint64(block.timestamp));
        emit NewRound(roundId, msg.sender, block.timestamp);
        emit AnswerUpdated(answer, roundId, block.timestamp);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId)
        public
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        Round memory round = _rounds[roundId];
        // Slither: the time of a round is not compared with now; zero says that there is no round.
        // slither-disable-next-line timestamp
        require(round.updatedAt != 0, NoDataPresent(roundId));
        return (roundId, round.answer, round.updatedAt, round.updatedAt, roundId);
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(_latestRound);
    }

    /// @inheritdoc AggregatorInterface
    function latestAnswer() external view returns (int256) {
        return _rounds[_latestRound].answer;
    }

    /// @inheritdoc AggregatorInterface
    function latestTimestamp() external view returns (uint256) {
        return _rounds[_latestRound].updatedAt;
    }

    /// @inheritdoc AggregatorInterface
    function latestRound() external view returns (uint256) {
        return _latestRound;
    }

    /// @inheritdoc AggregatorInterface
    function getAnswer(uint256 roundId) external view returns (int256) {
        return _rounds[roundId].answer;
    }

    /// @inheritdoc AggregatorInterface
    function getTimestamp(uint256 roundId) external view returns (uint256) {
        return _rounds[roundId].updatedAt;
    }
}
