// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Enum} from "@safe-global/safe-contracts/contracts/common/Enum.sol";
import {MultiSig} from "../src/MultiSig.sol";
import {Multicall} from "../src/Multicall.sol";
import {WETH9} from "../src/token/WETH9.sol";
import {Test} from "./Test.sol";

contract MultiSigTest is Test {
    uint256 private constant ONE = 0x1111;
    uint256 private constant TWO = 0x2222;
    uint256 private constant THREE = 0x3333;
    MultiSig private _wallet;

    function setUp() public {
        _wallet = new MultiSig(_owners(), 2);
        vm.deal(address(_wallet), 1 ether);
    }

    function test_isSetUpByItsConstructor() public {
        assertEq(_wallet.getThreshold(), 2);
        assertEq(_wallet.getOwners().length, 3);
        vm.expectRevert(bytes("GS200"));
        _wallet.setup(_owners(), 1, address(0), "", address(0), address(0), 0, payable(0));
    }

    function test_executesWithTwoSignatures() public {
        assertTrue(_execute(ONE, TWO));
        assertEq(address(0xFEE).balance, 1 ether);
    }

    function test_refusesTwoSignaturesOfOneOwner() public {
        vm.expectRevert(bytes("GS026"));
        this.execute(ONE, ONE);
    }

    function test_refusesSignaturesOfNonOwners() public {
        vm.expectRevert(bytes("GS026"));
        this.execute(ONE, 0x4444);
    }

    function execute(uint256 first, uint256 second) external returns (bool) {
        return _execute(first, second);
    }

    function _execute(uint256 first, uint256 second) private returns (bool) {
        (first, second) = vm.addr(first) < vm.addr(second) ? (first, second) : (second, first);
        bytes32 digest = _wallet.getTransactionHash(
            address(0xFEE), 1 ether, "", Enum.Operation.Call, 0, 0, 0, address(0), address(0), 0
        );
        bytes memory signatures = bytes.concat(_sign(first, digest), _sign(second, digest));
        return _wallet.execTransaction(
            address(0xFEE), 1 ether, "", Enum.Operation.Call, 0, 0, 0, address(0), payable(0), signatures
        );
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _owners() private pure returns (address[] memory owners) {
        owners = new address[](3);
        (owners[0], owners[1], owners[2]) = (vm.addr(ONE), vm.addr(TWO), vm.addr(THREE));
    }
}

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

    function test_returnsTheBlockNumber() public {
        Multicall.Call[] memory calls = new Multicall.Call[](1);
        calls[0] = Multicall.Call(address(_weth), abi.encodeCall(WETH9.withdraw, (1)));
        (uint256 number,, Multicall.Result[] memory results) = _multicall.tryBlockAndAggregate(false, calls);
        assertEq(number, block.number);
        assertTrue(!results[0].success);
        vm.expectPartialRevert(Multicall.CallFailed.selector);
        _multicall.blockAndAggregate(calls);
    }

    function test_returnsChainProperties() public view {
        assertEq(_multicall.getChainId(), block.chainid);
        assertEq(_multicall.getBlockNumber(), block.number);
        assertEq(_multicall.getEthBalance(address(this)), address(this).balance);
    }
}
