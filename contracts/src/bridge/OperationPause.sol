// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title The operations of a bridge, each of which the owner can pause without the others.
/// @notice With locking paused alone, holders can still redeem, what is on its way still arrives, and nothing new sets
/// out. While receiving is paused, messages that arrive fail, and can be executed again afterwards.
abstract contract OperationPause is Ownable2Step {
    enum Operation {
        Lock,
        Redeem,
        Receive
    }

    event Paused(Operation indexed operation);
    event Resumed(Operation indexed operation);

    /// @notice The owner has paused the operation.
    error EnforcedPause(Operation operation);

    mapping(Operation => bool) public isPaused;

    modifier whenOpen(Operation operation) {
        require(!isPaused[operation], EnforcedPause(operation));
        _;
    }

    /// @notice Owner only.
    function pause(Operation operation) external onlyOwner {
        isPaused[operation] = true;
        emit Paused(operation);
    }

    /// @notice Owner only.
    function resume(Operation operation) external onlyOwner {
        isPaused[operation] = false;
        emit Resumed(operation);
    }
}
