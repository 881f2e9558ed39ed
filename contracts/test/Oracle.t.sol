// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {AggregatorV3Interface} from "../src/oracle/AggregatorV3Interface.sol";
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
        _proxy.confirmAggregator(AggregatorV3Interface(address(0)));
        vm.expectRevert(abi.encodeWithSelector(OracleProxy.NotProposed.selector, ALICE));
        _proxy.confirmAggregator(AggregatorV3Interface(ALICE));
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, ALICE));
        _proxy.proposeAggregator(_feed);
    }
}
