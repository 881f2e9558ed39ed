// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Operations, Step} from "./Operations.sol";

/// @notice A contract that a token calls back, and that then does what the call's data says.
contract Actor {
    event Played(Operations.Kind kind, bool success);

    uint256 private _received;

    /// @dev More than the 2,300 gas of WETH9.
    receive() external payable {
        ++_received;
    }

    function onTokenTransfer(address, uint256, bytes calldata data) external returns (bool) {
        return _play(data, false);
    }

    function onTokenApproval(address, uint256, bytes calldata data) external returns (bool) {
        return _play(data, false);
    }

    function onFlashLoan(address, address, uint256, uint256, bytes calldata data) external returns (bytes32) {
        return _play(data, true) ? keccak256("ERC3156FlashBorrower.onFlashLoan") : bytes32(0);
    }

    /// @param repays allows the token to take any loan back, whatever the script does.
    function _play(bytes calldata data, bool repays) private returns (bool answer) {
        Step[] memory steps;
        (answer, steps) = abi.decode(data, (bool, Step[]));
        for (uint256 i = 0; i < steps.length; ++i) {
            (bool success,) =
                msg.sender.call{value: Operations.value(steps[i])}(Operations.encode(steps[i], msg.sender));
            emit Played(steps[i].kind, success);
        }
        if (repays && data.length % 3 != 0) {
            Step memory approval;
            approval.kind = Operations.Kind.Approve;
            approval.first = Operations.TOKEN;
            approval.amount = type(uint256).max - 1;
            (bool success,) = msg.sender.call(Operations.encode(approval, msg.sender));
            emit Played(approval.kind, success);
        }
    }
}

/// @notice A contract that takes ether with what 2,300 gas are enough for.
contract LoggingActor {
    event Received();

    receive() external payable {
        emit Received();
    }
}

/// @notice A contract that takes no ether.
contract SilentActor {}
