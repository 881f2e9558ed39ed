// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Handler} from "./Handler.sol";
import {TwoChains} from "./TwoChains.sol";

contract BridgeInvariants is TwoChains {
    Handler private _handler;

    function setUp() public {
        _handler = new Handler();
        bytes4[13] memory actions = [
            // Often, so that there is something on its way.
            Handler.lock.selector,
            Handler.lock.selector,
            Handler.redeem.selector,
            Handler.execute.selector,
            Handler.execute.selector,
            Handler.steal.selector,
            Handler.retryForgery.selector,
            Handler.rotate.selector,
            Handler.toggle.selector,
            Handler.toggle.selector,
            Handler.toggleRouter.selector,
            Handler.setLimits.selector,
            Handler.wait.selector
        ];
        bytes4[] memory selectors = new bytes4[](actions.length + 1);
        for (uint256 i = 0; i < actions.length; ++i) {
            selectors[i] = actions[i];
        }
        selectors[actions.length] = Handler.admit.selector;
        targetSelector(address(_handler), selectors);
    }

    function invariant_lockedAmountIsMintedOrOnItsWay() public view {
        (Chain memory a, Chain memory b) = (_handler.chain(true), _handler.chain(false));
        assertEq(a.bridge.locked(), b.bridge.totalSupply() + _handler.mintsTo(B) + _handler.releasesTo(A));
        assertEq(b.bridge.locked(), a.bridge.totalSupply() + _handler.mintsTo(A) + _handler.releasesTo(B));
    }

    function invariant_bridgeHoldsTheLockedAmount() public view {
        (Chain memory a, Chain memory b) = (_handler.chain(true), _handler.chain(false));
        assertEq(a.weth.balanceOf(address(a.bridge)), a.bridge.locked());
        assertEq(b.weth.balanceOf(address(b.bridge)), b.bridge.locked());
    }

    function invariant_limitsHold() public view {
        (Chain memory a, Chain memory b) = (_handler.chain(true), _handler.chain(false));
        assertTrue(a.bridge.outgoingCapacity() <= CAPACITY && a.bridge.incomingCapacity() <= CAPACITY);
        assertTrue(b.bridge.outgoingCapacity() <= CAPACITY && b.bridge.incomingCapacity() <= CAPACITY);
    }

    /// @notice Whatever has happened, nothing is stranded: all messages arrive in the end.
    function afterInvariant() public {
        _handler.deliverAll();
        (Chain memory a, Chain memory b) = (_handler.chain(true), _handler.chain(false));
        assertEq(a.bridge.locked(), b.bridge.totalSupply());
        assertEq(b.bridge.locked(), a.bridge.totalSupply());
    }
}
