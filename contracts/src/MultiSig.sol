// SPDX-License-Identifier: LGPL-3.0-only
pragma solidity ^0.8.28;

import {Safe} from "@safe-global/safe-contracts/contracts/Safe.sol";

/// @title The consortium's wallet: a Safe 1.4.1 that is its own, with its owners from the constructor.
/// @notice A Safe usually is a proxy that is set up after its creation; this one is ready when it is there, and
/// nobody can be first to set it up. Everything else, signatures and owner management too, is the Safe's.
contract MultiSig is Safe {
    /// @param owners_ accounts that may confirm, none twice.
    /// @param threshold_ how many must, at least 1.
    constructor(address[] memory owners_, uint256 threshold_) {
        // The Safe's constructor locks it as a mere template for proxies.
        threshold = 0;
        setupOwners(owners_, threshold_);
        setupModules(address(0), "");
    }
}
