// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AggregatorV3Interface} from "./AggregatorV3Interface.sol";

/// @title The lasting address of a feed whose aggregator may be replaced.
/// @notice Round ids are those of Chainlink's proxies: the phase, which counts aggregators, in the upper 16 of 80 bits,
/// the aggregator's own round below.
contract OracleProxy is AggregatorV3Interface, Ownable2Step {
    event AggregatorProposed(address indexed current, address indexed proposed);
    event AggregatorConfirmed(address indexed previous, address indexed current, uint16 phaseId);

    /// @notice Only what was proposed can be confirmed.
    error NotProposed(address aggregator);
    /// @notice There was no such phase.
    error NoSuchPhase(uint16 phaseId);

    uint8 private constant PHASE_OFFSET = 64;

    uint16 public phaseId;
    mapping(uint16 phaseId => AggregatorV3Interface) public phaseAggregators;
    AggregatorV3Interface public proposedAggregator;

    /// @param owner_ proposes and confirms aggregators.
    /// @param aggregator_ the first one.
    constructor(address owner_, AggregatorV3Interface aggregator_) Ownable(owner_) {
        // A contract without the interface is refused here.
        aggregator_.decimals();
        _confirm(aggregator_);
    }

    /// @notice The aggregator of this phase.
    function aggregator() public view returns (AggregatorV3Interface) {
        return phaseAggregators[phaseId];
    }

    /// @notice Names the next aggregator, to be looked at before it is confirmed. Owner only.
    function proposeAggregator(AggregatorV3Interface proposed) external onlyOwner {
        proposedAggregator = proposed;
        emit AggregatorProposed(address(aggregator()), address(proposed));
    }

    /// @notice Makes the proposed aggregator the next phase. Owner only.
    function confirmAggregator(AggregatorV3Interface proposed) external onlyOwner {
        require(
            address(proposed) != address(0) && address(proposed) == address(proposedAggregator),
            NotProposed(address(proposed))
        );
        delete proposedAggregator;
        _confirm(proposed);
    }

    /// @inheritdoc AggregatorV3Interface
    function decimals() external view returns (uint8) {
        return aggregator().decimals();
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
        uint16 phase = SafeCast.toUint16(roundId >> PHASE_OFFSET);
        AggregatorV3Interface source = phaseAggregators[phase];
        require(address(source) != address(0), NoSuchPhase(phase));
        (id, answer, startedAt, updatedAt, answeredInRound) = source.getRoundData(roundId & type(uint64).max);
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

    function _confirm(AggregatorV3Interface next) private {
        address previous = address(aggregator());
        phaseAggregators[++phaseId] = next;
        emit AggregatorConfirmed(previous, address(next), phaseId);
    }

    function _inPhase(uint16 phase, uint80 roundId) private pure returns (uint80) {
        return (uint80(phase) << PHASE_OFFSET) | SafeCast.toUint64(roundId);
    }
}
