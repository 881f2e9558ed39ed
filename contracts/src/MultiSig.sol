// SPDX-License-Identifier: LGPL-3.0-only
pragma solidity ^0.8.28;

import {
    CompatibilityFallbackHandler
} from "@safe-global/safe-contracts/contracts/handler/CompatibilityFallbackHandler.sol";
import {Safe} from "@safe-global/safe-contracts/contracts/Safe.sol";

/// @title The consortium's wallet: a Safe 1.4.1 that is its own, with its owners from the constructor.
/// @notice A Safe usually is a proxy that is set up after its creation; this one is ready when it is there, and
/// nobody can be first to set it up. It creates the Safe's own fallback handler, so that it takes tokens (ERC-721,
/// ERC-1155, ERC-777) and its owners can sign messages (ERC-1271). Everything else, signatures and owner management too,
/// is the Safe's.
contract MultiSig is Safe {
    /// @param owners_ accounts that may confirm, none twice.
    /// @param threshold_ how many must, at least 1.
    constructor(address[] memory owners_, uint256 threshold_) {
        // The Safe's constructor locks it as a mere template for proxies.
        threshold = 0;
        setupOwners(owners_, threshold_);
        setupModules(address(0), "");
        internalSetFallbackHandler(address(new CompatibilityFallbackHandler()));
    }
}
