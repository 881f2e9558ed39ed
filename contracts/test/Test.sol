// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice The cheat codes that these tests use, https://getfoundry.sh/reference/cheatcodes/overview
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function addr(uint256 privateKey) external pure returns (address);
    function assume(bool condition) external pure;
    function chainId(uint256 newChainId) external;
    function deal(address account, uint256 newBalance) external;
    function expectEmit() external;
    function expectRevert() external;
    function expectRevert(bytes calldata revertData) external;
    function expectRevert(bytes4 revertData) external;
    function expectPartialRevert(bytes4 revertData) external;
    function getCode(string calldata artifactPath) external view returns (bytes memory creationBytecode);
    function getRecordedLogs() external returns (Log[] memory logs);
    function prank(address sender) external;
    function recordLogs() external;
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function startPrank(address sender) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
}

/// @notice Assertions and cheat codes for all tests.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(uint256 left, uint256 right);
    error NotTrue();

    /// @notice Functions of a contract that invariant tests call.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    FuzzSelector[] private _targets;

    function targetSelectors() public view returns (FuzzSelector[] memory) {
        return _targets;
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](_targets.length);
        for (uint256 i = 0; i < targets.length; ++i) {
            targets[i] = _targets[i].addr;
        }
    }

    function targetSelector(address target, bytes4[] memory selectors) internal {
        _targets.push(FuzzSelector(target, selectors));
    }

    function assertEq(uint256 left, uint256 right) internal pure {
        require(left == right, NotEqual(left, right));
    }

    function assertEq(address left, address right) internal pure {
        assertEq(uint160(left), uint160(right));
    }

    function assertEq(bytes32 left, bytes32 right) internal pure {
        assertEq(uint256(left), uint256(right));
    }

    function assertEq(bytes memory left, bytes memory right) internal pure {
        assertEq(keccak256(left), keccak256(right));
    }

    function assertTrue(bool condition) internal pure {
        require(condition, NotTrue());
    }

    function bound(uint256 x, uint256 lowest, uint256 highest) internal pure returns (uint256) {
        return lowest + x % (highest - lowest + 1);
    }
}
