// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {ERC20FlashMint} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20FlashMint.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {WETH10} from "../src/token/WETH10.sol";
import {WETH9} from "../src/token/WETH9.sol";
import {Test} from "./Test.sol";

contract WETH9Test is Test {
    WETH9 private _weth = new WETH9();
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    function setUp() public {
        vm.deal(ALICE, 1e30);
    }

    function testFuzz_wrapsAndUnwraps(uint96 amount, uint96 back) public {
        vm.assume(back <= amount);
        vm.startPrank(ALICE);
        (bool sent,) = address(_weth).call{value: amount}("");
        assertTrue(sent);
        assertEq(_weth.balanceOf(ALICE), amount);
        _weth.withdraw(back);
        assertEq(_weth.balanceOf(ALICE), amount - back);
        assertEq(_weth.totalSupply(), amount - back);
        assertEq(ALICE.balance, 1e30 - amount + back);
    }

    function test_refusesToUnwrapMoreThanTheBalance() public {
        vm.startPrank(ALICE);
        _weth.deposit{value: 5}();
        vm.expectRevert(abi.encodeWithSelector(WETH9.InsufficientBalance.selector, ALICE, 5, 6));
        _weth.withdraw(6);
    }

    function testFuzz_movesWithinTheAllowance(uint96 amount, uint96 allowed, uint96 moved) public {
        vm.deal(ALICE, amount);
        vm.startPrank(ALICE);
        _weth.deposit{value: amount}();
        _weth.approve(BOB, allowed);
        vm.stopPrank();
        vm.prank(BOB);
        if (moved > amount || moved > allowed) {
            vm.expectRevert();
            _weth.transferFrom(ALICE, BOB, moved);
        } else {
            _weth.transferFrom(ALICE, BOB, moved);
            assertEq(_weth.balanceOf(BOB), moved);
            assertEq(_weth.allowance(ALICE, BOB), uint256(allowed) - moved);
        }
    }

    function test_doesNotReduceAnUnlimitedAllowance() public {
        vm.startPrank(ALICE);
        _weth.deposit{value: 5}();
        _weth.approve(BOB, type(uint256).max);
        vm.stopPrank();
        vm.prank(BOB);
        _weth.transferFrom(ALICE, BOB, 5);
        assertEq(_weth.allowance(ALICE, BOB), type(uint256).max);
    }
}

contract Borrower is IERC3156FlashBorrower {
    uint256 public seen;
    bool private immutable _paysBack;

    constructor(bool paysBack) {
        _paysBack = paysBack;
    }

    function onFlashLoan(address, address token, uint256 amount, uint256, bytes calldata)
        external
        returns (bytes32)
    {
        seen = WETH10(payable(token)).balanceOf(address(this));
        if (_paysBack) {
            WETH10(payable(token)).approve(token, amount);
        }
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }
}

contract WETH10Test is Test {
    WETH10 private _weth = new WETH10();
    uint256 private constant KEY = 0xA11CE;
    address private constant BOB = address(0xB0B);
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function testFuzz_isFullyBackedByEther(uint96 amount, uint96 back) public {
        vm.assume(back <= amount);
        vm.deal(address(this), amount);
        _weth.depositTo{value: amount}(BOB);
        vm.prank(BOB);
        _weth.withdrawTo(payable(BOB), back);
        assertEq(_weth.totalSupply(), amount - back);
        assertEq(address(_weth).balance, amount - back);
        assertEq(BOB.balance, back);
    }

    function testFuzz_permitsOnlyByTheOwnersSignature(uint256 value, uint256 signer) public {
        signer = signer % 2 == 0 ? KEY : bound(signer, 1, 1e30);
        address owner = vm.addr(KEY);
        bytes32 digest = keccak256(
            abi.encodePacked(
                "\x19\x01",
                _weth.DOMAIN_SEPARATOR(),
                keccak256(abi.encode(PERMIT, owner, BOB, value, _weth.nonces(owner), block.timestamp))
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer, digest);
        if (signer != KEY) {
            vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
            _weth.permit(owner, BOB, value, block.timestamp, v, r, s);
        } else {
            _weth.permit(owner, BOB, value, block.timestamp, v, r, s);
            assertEq(_weth.allowance(owner, BOB), value);
        }
    }

    function testFuzz_lendsWhenTheLoanIsRepaid(uint112 amount) public {
        Borrower borrower = new Borrower(true);
        _weth.flashLoan(borrower, address(_weth), amount, "");
        assertEq(borrower.seen(), amount);
        assertEq(_weth.totalSupply(), 0);
    }

    function test_revertsWhenTheLoanIsNotRepaid() public {
        Borrower borrower = new Borrower(false);
        vm.expectRevert();
        _weth.flashLoan(borrower, address(_weth), 1, "");
    }

    function test_refusesALoanAboveTheMaximum() public {
        Borrower borrower = new Borrower(true);
        uint256 most = _weth.maxFlashLoan(address(_weth));
        vm.expectRevert(abi.encodeWithSelector(ERC20FlashMint.ERC3156ExceededMaxLoan.selector, most));
        _weth.flashLoan(borrower, address(_weth), most + 1, "");
    }
}
