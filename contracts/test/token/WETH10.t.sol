// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {WETH10} from "../../src/token/WETH10.sol";
import {Test} from "../Test.sol";
import {Differential, Token} from "./Differential.sol";
import {Operations, Step} from "./Operations.sol";
import {WETH10Model} from "./WETH10Model.sol";

/// @notice Ours against the model of the canonical one, also from within callbacks: nested loans, withdrawals during a
/// loan, and whatever else a borrower may do.
contract WETH10DifferentialTest is Differential {
    Operations.Kind[] private _kinds;

    function setUp() public {
        _compare(address(new WETH10()), address(new WETH10Model()));
        for (uint256 kind = 0; kind <= uint256(Operations.Kind.MaxFlashLoan); ++kind) {
            _kinds.push(Operations.Kind(kind));
        }
        // Loans are the deepest.
        _kinds.push(Operations.Kind.FlashLoan);
        _kinds.push(Operations.Kind.FlashLoan);
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_doesWhatTheCanonicalOneDoes(uint256 seed) public {
        _play(seed, 24, _kinds, 2);
        assertEq(WETH10(payable(_ours)).flashMinted(), WETH10Model(payable(_theirs)).flashMinted());
    }

    /// @notice A loan of all that can be lent, and within it one of one more wei, which there is not.
    function testFuzz_limitsNestedLoansTogether(uint112 first, uint112 second) public {
        Step[] memory inner = new Step[](1);
        inner[0] = _loan(_accounts[3], second, _script(new Step[](0)));
        _same(_loan(_accounts[2], first, _script(inner)));
        _same(_loan(_accounts[2], type(uint112).max, _script(inner)));
    }

    function _loan(address borrower, uint256 amount, bytes memory data)
        private
        pure
        returns (Step memory step)
    {
        step.kind = Operations.Kind.FlashLoan;
        step.caller = address(0xA11CE);
        step.first = borrower;
        step.amount = amount % 5 == 0 ? amount + 1 : amount;
        step.data = data;
    }

    function _script(Step[] memory steps) private pure returns (bytes memory) {
        return abi.encode(true, steps);
    }
}

contract WETH10Test is Test {
    WETH10 private _weth = new WETH10();
    uint256 private constant KEY = 0xA11CE;
    address private constant BOB = address(0xB0B);

    function _digest(uint256 value, uint256 deadline) private view returns (bytes32) {
        address owner = vm.addr(KEY);
        return keccak256(
            abi.encodePacked(
                "\x19\x01",
                _weth.DOMAIN_SEPARATOR(),
                keccak256(
                    abi.encode(_weth.PERMIT_TYPEHASH(), owner, BOB, value, _weth.nonces(owner), deadline)
                )
            )
        );
    }

    function testFuzz_permitsOnlyByTheOwnersSignature(uint256 value, uint256 signer) public {
        signer = signer % 2 == 0 ? KEY : bound(signer, 1, 1e30);
        address owner = vm.addr(KEY);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer, _digest(value, block.timestamp));
        if (signer != KEY) {
            vm.expectPartialRevert(WETH10.InvalidPermit.selector);
            _weth.permit(owner, BOB, value, block.timestamp, v, r, s);
        } else {
            _weth.permit(owner, BOB, value, block.timestamp, v, r, s);
            assertEq(_weth.allowance(owner, BOB), value);
            vm.expectPartialRevert(WETH10.InvalidPermit.selector);
            _weth.permit(owner, BOB, value, block.timestamp, v, r, s);
        }
    }

    function test_refusesExpiredAndUnsignedPermits() public {
        vm.warp(100);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _digest(1, 99));
        vm.expectRevert(abi.encodeWithSelector(WETH10.PermitExpired.selector, 99));
        _weth.permit(vm.addr(KEY), BOB, 1, 99, v, r, s);
        vm.expectRevert(abi.encodeWithSelector(WETH10.InvalidPermit.selector, address(0), address(0)));
        _weth.permit(address(0), BOB, 1, 100, 0, r, s);
    }

    /// @notice A signature for this chain is none for a fork of it with another id.
    function test_bindsPermitsToTheChain() public {
        bytes32 before = _weth.DOMAIN_SEPARATOR();
        uint256 deploymentChainId = _weth.deploymentChainId();
        vm.chainId(deploymentChainId + 1);
        assertTrue(_weth.DOMAIN_SEPARATOR() != before);
        assertEq(_weth.deploymentChainId(), deploymentChainId);
    }

    function test_namesItselfAsTheCanonicalOne() public view {
        assertEq(bytes(_weth.name()), "Wrapped Ether v10");
        assertEq(bytes(_weth.symbol()), "WETH10");
        assertEq(_weth.decimals(), 18);
        assertEq(_weth.CALLBACK_SUCCESS(), keccak256("ERC3156FlashBorrower.onFlashLoan"));
        assertEq(Token(address(_weth)).totalSupply(), 0);
    }
}
