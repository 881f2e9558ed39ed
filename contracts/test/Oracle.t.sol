// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {AggregatorInterface, AggregatorV2V3Interface} from "../src/oracle/AggregatorV2V3Interface.sol";
import {OracleAggregator} from "../src/oracle/OracleAggregator.sol";
import {OracleProxy} from "../src/oracle/OracleProxy.sol";
import {Test} from "./Test.sol";

contract OracleTest is Test {
    OracleAggregator private _feed = new OracleAggregator(address(this), 8, 1, 1e12, "ETH / USD");
    OracleProxy private _proxy = new OracleProxy(address(this), _feed);
    address private constant ALICE = address(0xA11CE);

    function setUp() public {
        _feed.grantRole(_feed.TRANSMITTER(), address(this));
        vm.warp(1_000);
    }

    function testFuzz_keepsEveryRound(uint64 first, uint64 second) public {
        int192 one = int192(int256(bound(first, 1, 1e12)));
        int192 two = int192(int256(bound(second, 1, 1e12)));
        _feed.transmit(one);
        vm.warp(2_000);
        _feed.transmit(two);
        (uint80 id, int256 answer,, uint256 updatedAt,) = _feed.latestRoundData();
        assertEq(id, 2);
        assertEq(uint256(answer), uint256(int256(two)));
        assertEq(updatedAt, 2_000);
        (, answer,, updatedAt,) = _feed.getRoundData(1);
        assertEq(uint256(answer), uint256(int256(one)));
        assertEq(updatedAt, 1_000);
    }

    function test_acceptsAnswersWithinBoundsFromTransmittersOnly() public {
        vm.prank(ALICE);
        vm.expectRevert();
        _feed.transmit(5);
        vm.expectPartialRevert(OracleAggregator.AnswerOutOfBounds.selector);
        _feed.transmit(0);
        vm.expectPartialRevert(OracleAggregator.AnswerOutOfBounds.selector);
        _feed.transmit(1e12 + 1);
    }

    function test_revertsBeforeTheFirstRound() public {
        vm.expectRevert(abi.encodeWithSelector(OracleAggregator.NoDataPresent.selector, 0));
        _feed.latestRoundData();
    }

    function test_proxyCountsPhases() public {
        _feed.transmit(7);
        OracleAggregator next = new OracleAggregator(address(this), 8, 1, 1e12, "ETH / USD");
        next.grantRole(next.TRANSMITTER(), address(this));
        next.transmit(9);
        _proxy.proposeAggregator(next);
        (uint80 id, int256 answer,,,) = _proxy.latestRoundData();
        assertEq(uint256(answer), 7);
        assertEq(id, (1 << 64) | 1);
        _proxy.confirmAggregator(next);
        (id, answer,,,) = _proxy.latestRoundData();
        assertEq(uint256(answer), 9);
        assertEq(id, (2 << 64) | 1);
        (, answer,,,) = _proxy.getRoundData((1 << 64) | 1);
        assertEq(uint256(answer), 7);
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.NoSuchPhase.selector, 3));
        _proxy.getRoundData(3 << 64);
    }

    function test_proxyConfirmsOnlyTheProposedAggregator() public {
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.NotProposed.selector, address(0)));
        _proxy.confirmAggregator(AggregatorV2V3Interface(address(0)));
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.NotProposed.selector, ALICE));
        _proxy.confirmAggregator(AggregatorV2V3Interface(ALICE));
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        _proxy.proposeAggregator(_feed);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        _proxy.confirmAggregator(_feed);
    }

    function test_proxyRefusesAnAddressWithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.NoCode.selector, ALICE));
        _proxy.proposeAggregator(AggregatorV2V3Interface(ALICE));
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.NoCode.selector, ALICE));
        new OracleProxy(address(this), AggregatorV2V3Interface(ALICE));
    }

    function test_proxyRefusesOtherDecimals() public {
        OracleAggregator other = new OracleAggregator(address(this), 18, 1, 1e12, "ETH / USD");
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.OtherDecimals.selector, 8, 18));
        _proxy.proposeAggregator(other);
    }

    /// @notice An aggregator behind an upgradeable proxy: by the time of the confirmation it may be another one.
    function test_proxyRefusesDecimalsThatHaveChangedSinceTheProposal() public {
        ChangingDecimals changing = new ChangingDecimals();
        _proxy.proposeAggregator(AggregatorV2V3Interface(address(changing)));
        changing.change();
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.OtherDecimals.selector, 8, 9));
        _proxy.confirmAggregator(AggregatorV2V3Interface(address(changing)));
    }

    function test_proxyShowsTheProposedAggregator() public {
        vm.expectRevert(OracleProxy.NothingProposed.selector);
        _proxy.proposedLatestRoundData();
        vm.expectRevert(OracleProxy.NothingProposed.selector);
        _proxy.proposedGetRoundData(1);
        _feed.transmit(7);
        _proxy.proposeAggregator(_feed);
        (uint80 id, int256 answer,,,) = _proxy.proposedLatestRoundData();
        assertEq(id, 1);
        assertEq(uint256(answer), 7);
        (id, answer,,,) = _proxy.proposedGetRoundData(1);
        assertEq(uint256(answer), 7);
    }

    function test_feedRefusesAnAdminWhoIsNobody() public {
        vm.expectRevert(OracleAggregator.ZeroAdmin.selector);
        new OracleAggregator(address(0), 8, 1, 1e12, "ETH / USD");
    }

    function test_feedRefusesBoundsInTheWrongOrder() public {
        vm.expectRevert(abi.encodeWithSelector(OracleAggregator.BadBounds.selector, 2, 1));
        new OracleAggregator(address(this), 8, 2, 1, "ETH / USD");
    }

    /// @notice The functions of AggregatorInterface, of the feed and through the proxy.
    function testFuzz_answersEarlierReaders(uint64 first, uint64 second) public {
        int192 one = int192(int256(bound(first, 1, 1e12)));
        int192 two = int192(int256(bound(second, 1, 1e12)));
        _answers(_feed, 0, 0, 0);
        _answers(_proxy, 0, 0, 1 << 64);
        _feed.transmit(one);
        vm.warp(2_000);
        vm.expectEmit();
        emit AggregatorInterface.NewRound(2, address(this), 2_000);
        vm.expectEmit();
        emit AggregatorInterface.AnswerUpdated(two, 2, 2_000);
        _feed.transmit(two);
        _answers(_feed, two, 2_000, 2);
        _answers(_proxy, two, 2_000, (1 << 64) | 2);
        assertEq(uint256(_feed.getAnswer(1)), uint256(int256(one)));
        assertEq(_feed.getTimestamp(1), 1_000);
        assertEq(uint256(_proxy.getAnswer((1 << 64) | 1)), uint256(int256(one)));
        assertEq(_proxy.getTimestamp((1 << 64) | 1), 1_000);
    }

    function testFuzz_answersZeroForRoundsThatThereAreNot(uint256 id) public {
        _feed.transmit(5);
        if (id != 1) {
            assertEq(uint256(_feed.getAnswer(id)), 0);
            assertEq(_feed.getTimestamp(id), 0);
        }
        if (id != (1 << 64) | 1) {
            assertEq(uint256(_proxy.getAnswer(id)), 0);
            assertEq(_proxy.getTimestamp(id), 0);
        }
    }

    function test_proxyTellsWhatItsAggregatorTells() public view {
        assertEq(_proxy.decimals(), 8);
        assertEq(bytes(_proxy.description()), "ETH / USD");
        assertEq(_proxy.version(), 1);
        assertEq(address(_proxy.aggregator()), address(_feed));
    }

    function _answers(AggregatorInterface feed, int256 answer, uint256 timestamp, uint256 round)
        private
        view
    {
        assertEq(uint256(feed.latestAnswer()), uint256(answer));
        assertEq(feed.latestTimestamp(), timestamp);
        assertEq(feed.latestRound(), round);
    }
}

contract ChangingDecimals {
    uint8 public decimals = 8;

    function change() external {
        ++decimals;
    }
}
