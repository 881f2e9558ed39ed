// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    IAny2EVMMessageReceiver
} from "@chainlink/contracts-ccip/contracts/interfaces/IAny2EVMMessageReceiver.sol";
import {Client} from "@chainlink/contracts-ccip/contracts/libraries/Client.sol";

/// @notice A receiver whose answers can be chosen.
contract Receiver is IAny2EVMMessageReceiver {
    bytes4 private immutable _interfaceId;
    uint256 public received;
    uint256 public revertBytes;

    constructor(bytes4 interfaceId) {
        _interfaceId = interfaceId;
    }

    function refuseWith(uint256 length) external {
        revertBytes = length + 1;
    }

    function supportsInterface(bytes4 interfaceId) external view returns (bool) {
        return interfaceId == 0x01ffc9a7 || interfaceId == _interfaceId;
    }

    function ccipReceive(Client.Any2EVMMessage calldata) external {
        uint256 length = revertBytes;
        if (length > 0) {
            assembly ("memory-safe") {
                revert(mload(0x40), sub(length, 1))
            }
        }
        ++received;
    }
}
