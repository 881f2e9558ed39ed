// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title A limit on what goes through in a time: a bucket that is emptied by what passes and fills up again.
library TokenBucket {
    struct State {
        uint128 capacity;
        uint128 refillPerSecond;
        uint128 tokens;
        uint64 updatedAt;
    }

    /// @notice More than is free at this moment.
    error LimitExceeded(uint256 available, uint256 requested);

    /// @notice Sets a limit. What was used of the former one stays used: a new bucket has used nothing.
    function set(State storage self, uint128 capacity, uint128 refillPerSecond) internal {
        uint256 used = self.capacity - available(self);
        self.capacity = capacity;
        self.refillPerSecond = refillPerSecond;
        _keep(self, Math.saturatingSub(capacity, used));
    }

    /// @notice Takes an amount, or reverts.
    function take(State storage self, uint256 amount) internal {
        uint256 free = available(self);
        // Slither: who makes blocks can shift a limit by seconds, which the capacity allows for.
        // slither-disable-next-line timestamp
        require(amount <= free, LimitExceeded(free, amount));
        _keep(self, free - amount);
    }

    /// @notice What can be taken at this moment.
    function available(State storage self) internal view returns (uint256) {
        uint256 refilled = (block.timestamp - self.updatedAt) * self.refillPerSecond;
        return Math.min(self.capacity, self.tokens + refilled);
    }

    function _keep(State storage self, uint256 tokens) private {
        self.tokens = SafeCast.toUint128(tokens);
        self.updatedAt = SafeCast.toUint64(block.timestamp);
    }
}
