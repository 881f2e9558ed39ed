// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Enum} from "@safe-global/safe-contracts/contracts/common/Enum.sol";
import {
    CompatibilityFallbackHandler
} from "@safe-global/safe-contracts/contracts/handler/CompatibilityFallbackHandler.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/interfaces/IERC1155Receiver.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/interfaces/IERC721Receiver.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {MultiSig} from "../src/MultiSig.sol";
import {Test} from "./Test.sol";

contract Ticket is ERC721("Ticket", "T") {
    function give(address to) external {
        _safeMint(to, 1);
    }
}

contract Coupons is ERC1155("") {
    function give(address to) external {
        uint256[] memory ids = new uint256[](1);
        uint256[] memory amounts = new uint256[](1);
        (ids[0], amounts[0]) = (2, 3);
        _mint(to, 1, 5, "");
        _mintBatch(to, ids, amounts, "");
    }
}

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

    function test_takesTokensThatAskTheirReceiver() public {
        Ticket ticket = new Ticket();
        ticket.give(address(_wallet));
        assertEq(ticket.ownerOf(1), address(_wallet));
        Coupons coupons = new Coupons();
        coupons.give(address(_wallet));
        assertEq(coupons.balanceOf(address(_wallet), 1), 5);
        assertTrue(ERC165Checker.supportsInterface(address(_wallet), type(IERC721Receiver).interfaceId));
        assertTrue(ERC165Checker.supportsInterface(address(_wallet), type(IERC1155Receiver).interfaceId));
    }

    function testFuzz_signsMessagesOfItsOwners(bytes32 content) public {
        bytes32 digest = CompatibilityFallbackHandler(address(_wallet)).getMessageHash(abi.encode(content));
        (uint256 first, uint256 second) = vm.addr(ONE) < vm.addr(TWO) ? (ONE, TWO) : (TWO, ONE);
        bytes memory signatures = bytes.concat(_sign(first, digest), _sign(second, digest));
        assertTrue(SignatureChecker.isValidERC1271SignatureNow(address(_wallet), content, signatures));
        bytes memory ofOne = _sign(first, digest);
        assertTrue(!SignatureChecker.isValidERC1271SignatureNow(address(_wallet), content, ofOne));
        vm.expectRevert(bytes("GS026"));
        IERC1271(address(_wallet)).isValidSignature(content, bytes.concat(ofOne, ofOne));
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

