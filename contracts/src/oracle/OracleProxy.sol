// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    AggregatorInterface,
    AggregatorV2V3Interface,
    AggregatorV3Interface
} from "./AggregatorV2V3Interface.sol";

/// @title The lasting address of a feed whose aggregator may be replaced.
/// @notice Round ids are those of Chainlink's AggregatorProxy: the phase, which counts aggregators, in the upper 16 of 80
/// bits, the aggregator's own round below. All aggregators have the decimals of the first one.
contract OracleProxy is AggregatorV2V3Interface, Ownable2Step {
    event AggregatorProposed(address indexed current, address indexed proposed);
    event AggregatorConfirmed(address indexed previous, address indexed current, uint16 phaseId);

    /// @notice Only what was proposed can be confirmed.
    error NotProposed(address aggregator);
    /// @notice No aggregator is proposed.
    error NothingProposed();
    /// @notice There was no such phase.
    error NoSuchPhase(uint16 phaseId);
    /// @notice There is no contract at the address.
    error NoCode(address aggregator);
    /// @notice Readers would take the answers for others.
    error OtherDecimals(uint8 decimals, uint8 proposed);

    string public constant typeAndVersion = "OracleProxy 1.0.0";
    uint8 private constant PHASE_OFFSET = 64;

    /// @notice The decimals of every answer.
    uint8 public immutable decimals;
    uint16 public phaseId;
    mapping(uint16 phaseId => AggregatorV2V3Interface) public phaseAggregators;
    AggregatorV2V3Interface public proposedAggregator;

    /// @param owner_ proposes and confirms aggregators.
    /// @param aggregator_ the first one.
    constructor(address owner_, AggregatorV2V3Interface aggregator_) Ownable(owner_) {
        require(address(aggregator_).code.length > 0, NoCode(address(aggregator_)));
        decimals = aggregator_.decimals();
        _confirm(aggregator_);
    }

    /// @notice The aggregator of this phase.
    function aggregator() public view returns (AggregatorV2V3Interface) {
        return phaseAggregators[phaseId];
    }

    /// @notice Names the next aggregator, to be looked at before it is confirmed. Owner only.
    function proposeAggregator(AggregatorV2V3Interface proposed) external onlyOwner {
        _check(proposed);
        proposedAggregator = proposed;
        emit AggregatorProposed(address(aggregator()), address(proposed));
    }

    /// @notice Makes the proposed aggregator the next phase. Owner only.
    function confirmAggregator(AggregatorV2V3Interface proposed) external onlyOwner {
        require(
            address(proposed) != address(0) && address(proposed) == address(proposedAggregator),
            NotProposed(address(proposed))
        );
        // An aggregator that is a proxy itself may have changed since.
        _check(proposed);
        delete proposedAggregator;
        _confirm(proposed);
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external view returns (string memory) {
        return aggregator().description();
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external view returns (uint256) {
        return aggregator().version();
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId)
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        (uint16 phase, uint64 round) = _split(roundId);
        AggregatorV2V3Interface source = phaseAggregators[phase];
        require(address(source) != address(0), NoSuchPhase(phase));
        (id, answer, startedAt, updatedAt, answeredInRound) = source.getRoundData(round);
        return (_inPhase(phase, id), answer, startedAt, updatedAt, _inPhase(phase, answeredInRound));
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        (id, answer, startedAt, updatedAt, answeredInRound) = aggregator().latestRoundData();
        return (_inPhase(phaseId, id), answer, startedAt, updatedAt, _inPhase(phaseId, answeredInRound));
    }

    /// @notice A round of the proposed aggregator, under the aggregator's own id.
    function proposedGetRoundData(uint80 roundId)
        external
        view
        returns (uint80, int256, uint256, uint256, uint80)
    {
        require(address(proposedAggregator) != address(0), NothingProposed());
        return proposedAggregator.getRoundData(roundId);
    }

    /// @notice The latest round of the proposed aggregator, under the aggregator's own id.
    function proposedLatestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(address(proposedAggregator) != address(0), NothingProposed());
        return proposedAggregator.latestRoundData();
    }

    /// @inheritdoc AggregatorInterface
    function latestAnswer() external view returns (int256) {
        return aggregator().latestAnswer();
    }

    /// @inheritdoc AggregatorInterface
    function latestTimestamp() external view returns (uint256) {
        return aggregator().latestTimestamp();
    }

    /// @inheritdoc AggregatorInterface
    function latestRound() external view returns (uint256) {
        return _inPhase(phaseId, aggregator().latestRound());
    }

    /// @inheritdoc AggregatorInterface
    function getAnswer(uint256 roundId) external view returns (int256) {
        (AggregatorV2V3Interface source, uint64 round) = _find(roundId);
        return address(source) == address(0) ? int256(0) : source.getAnswer(round);
    }

    /// @inheritdoc AggregatorInterface
    function getTimestamp(uint256 roundId) external view returns (uint256) {
        (AggregatorV2V3Interface source, uint64 round) = _find(roundId);
        return address(source) == address(0) ? 0 : source.getTimestamp(round);
    }

    function _check(AggregatorV2V3Interface proposed) private view {
        require(address(proposed).code.length > 0, NoCode(address(proposed)));
        uint8 proposedDecimals = proposed.decimals();
        require(proposedDecimals == decimals, OtherDecimals(decimals, proposedDecimals));
    }

    function _confirm(AggregatorV2V3Interface next) private {
        address previous = address(aggregator());
        phaseAggregators[++phaseId] = next;
        emit AggregatorConfirmed(previous, address(next), phaseId);
    }

    /// @dev No aggregator for an id that is none.
    function _find(uint256 roundId) private view returns (AggregatorV2V3Interface source, uint64 round) {
        if (roundId <= type(uint80).max) {
            uint16 phase;
            (phase, round) = _split(uint80(roundId));
            source = phaseAggregators[phase];
        }
    }

    function _split(uint80 roundId) private pure returns (uint16 phase, uint64 round) {
        return (uint16(roundId >> PHASE_OFFSET), uint64(roundId));
    }

    function _inPhase(uint16 phase, uint256 roundId) private pure returns (uint80) {
        return (uint80(phase) << PHASE_OFFSET) | SafeCast.toUint64(roundId);
    }
}
