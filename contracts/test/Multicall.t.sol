// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Multicall} from "../src/Multicall.sol";
import {WETH9} from "../src/token/WETH9.sol";
import {Test} from "./Test.sol";

contract MulticallTest is Test {
    Multicall private _multicall = new Multicall();
    WETH9 private _weth = new WETH9();

    function testFuzz_sendsEachCallItsValue(uint64 first, uint64 second) public {
        Multicall.Call3Value[] memory calls = new Multicall.Call3Value[](2);
        calls[0] = Multicall.Call3Value(address(_weth), false, first, abi.encodeCall(WETH9.deposit, ()));
        calls[1] = Multicall.Call3Value(address(_weth), false, second, abi.encodeCall(WETH9.deposit, ()));
        uint256 sum = uint256(first) + second;
        vm.deal(address(this), sum + 1);
        _multicall.aggregate3Value{value: sum}(calls);
        assertEq(_weth.balanceOf(address(_multicall)), sum);
        vm.expectRevert(abi.encodeWithSelector(Multicall.ValueMismatch.selector, sum + 1, sum));
        vm.deal(address(this), sum + 1);
        _multicall.aggregate3Value{value: sum + 1}(calls);
    }

    function test_revertsOnAFailureThatIsNotAllowed() public {
        Multicall.Call3[] memory calls = new Multicall.Call3[](1);
        calls[0] = Multicall.Call3(address(_weth), true, abi.encodeCall(WETH9.withdraw, (1)));
        assertTrue(!_multicall.aggregate3(calls)[0].success);
        calls[0].allowFailure = false;
        vm.expectPartialRevert(Multicall.CallFailed.selector);
        _multicall.aggregate3(calls);
    }

    function test_revertsAValueThatFailsAndMayNot() public {
        Multicall.Call3Value[] memory calls = new Multicall.Call3Value[](1);
        calls[0] = Multicall.Call3Value(address(_weth), true, 0, abi.encodeCall(WETH9.withdraw, (1)));
        assertTrue(!_multicall.aggregate3Value(calls)[0].success);
        calls[0].allowFailure = false;
        vm.expectPartialRevert(Multicall.CallFailed.selector);
        _multicall.aggregate3Value(calls);
    }

    function test_returnsTheBlockNumber() public {
        Multicall.Call[] memory calls = new Multicall.Call[](1);
        calls[0] = Multicall.Call(address(_weth), abi.encodeCall(WETH9.withdraw, (1)));
        (uint256 number,, Multicall.Result[] memory results) = _multicall.tryBlockAndAggregate(false, calls);
        assertEq(number, block.number);
        assertTrue(!results[0].success);
        vm.expectPartialRevert(Multicall.CallFailed.selector);
        _multicall.blockAndAggregate(calls);
    }

    function test_aggregates() public {
        Multicall.Call[] memory calls = new Multicall.Call[](1);
        calls[0] = Multicall.Call(address(_weth), abi.encodeCall(WETH9.totalSupply, ()));
        (uint256 number, bytes[] memory data) = _multicall.aggregate(calls);
        assertEq(number, block.number);
        assertEq(data[0], abi.encode(uint256(0)));
        assertEq(_multicall.tryAggregate(true, calls)[0].returnData, data[0]);
        calls[0].callData = abi.encodeCall(WETH9.withdraw, (1));
        vm.expectPartialRevert(Multicall.CallFailed.selector);
        _multicall.aggregate(calls);
    }

    function test_returnsChainProperties() public view {
        assertEq(_multicall.getBasefee(), block.basefee);
        assertEq(_multicall.getBlockHash(block.number - 1), blockhash(block.number - 1));
        assertEq(_multicall.getLastBlockHash(), blockhash(block.number - 1));
        assertEq(_multicall.getCurrentBlockCoinbase(), block.coinbase);
        assertEq(_multicall.getCurrentBlockDifficulty(), block.prevrandao);
        assertEq(_multicall.getCurrentBlockGasLimit(), block.gaslimit);
        assertEq(_multicall.getCurrentBlockTimestamp(), block.timestamp);
        assertEq(_multicall.getChainId(), block.chainid);
        assertEq(_multicall.getBlockNumber(), block.number);
        assertEq(_multicall.getEthBalance(address(this)), address(this).balance);
    }
}
