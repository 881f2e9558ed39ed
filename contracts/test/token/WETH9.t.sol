// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {WETH9} from "../../src/token/WETH9.sol";
import {Test} from "../Test.sol";
import {Differential} from "./Differential.sol";
import {Operations, Step} from "./Operations.sol";

/// @notice Ours against the contract of Mainnet, whose code is in the npm package canonical-weth.
contract WETH9DifferentialTest is Differential {
    Operations.Kind[] private _kinds;

    function setUp() public {
        bytes memory code = vm.getCode("node_modules/canonical-weth/build/contracts/WETH9.json");
        address canonical;
        assembly {
            canonical := create(0, add(code, 0x20), mload(code))
        }
        _compare(address(new WETH9()), canonical);
        for (uint256 kind = 0; kind <= uint256(Operations.Kind.TransferFrom); ++kind) {
            _kinds.push(Operations.Kind(kind));
        }
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_doesWhatTheCanonicalOneDoes(uint256 seed) public {
        _play(seed, 24, _kinds, 0);
    }

    function test_namesItselfAsTheCanonicalOne() public view {
        WETH9 canonical = WETH9(payable(_theirs));
        WETH9 ours = WETH9(payable(_ours));
        assertEq(bytes(ours.name()), bytes(canonical.name()));
        assertEq(bytes(ours.symbol()), bytes(canonical.symbol()));
        assertEq(ours.decimals(), canonical.decimals());
    }

    /// @notice 2,300 gas let a recipient log, and nothing else; also if nothing is paid out.
    function test_givesARecipient2300Gas() public {
        for (uint256 i = 0; i < _accounts.length; ++i) {
            Step memory step;
            step.caller = _accounts[i];
            step.kind = Operations.Kind.Deposit;
            step.amount = 2;
            _same(step);
            step.kind = Operations.Kind.Withdraw;
            _same(step);
            step.amount = 0;
            _same(step);
        }
        _sameState();
        vm.deal(_accounts[2], 1);
        vm.startPrank(_accounts[2]);
        vm.expectRevert(abi.encodeWithSelector(WETH9.EtherRefused.selector, _accounts[2]));
        WETH9(payable(_ours)).withdraw(2);
    }
}

contract WETH9Test is Test {
    WETH9 private _weth = new WETH9();
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    function test_saysWhatIsMissing() public {
        vm.deal(ALICE, 5);
        vm.startPrank(ALICE);
        _weth.deposit{value: 5}();
        vm.expectRevert(abi.encodeWithSelector(WETH9.InsufficientBalance.selector, ALICE, 5, 6));
        _weth.withdraw(6);
        vm.expectRevert(abi.encodeWithSelector(WETH9.InsufficientBalance.selector, ALICE, 5, 6));
        _weth.transfer(BOB, 6);
        _weth.approve(BOB, 3);
        vm.stopPrank();
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(WETH9.InsufficientAllowance.selector, BOB, 3, 4));
        _weth.transferFrom(ALICE, BOB, 4);
    }
}
