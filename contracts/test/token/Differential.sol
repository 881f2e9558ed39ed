// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test, Vm} from "../Test.sol";
import {Actor, LoggingActor, SilentActor} from "./Actors.sol";
import {Operations, Step} from "./Operations.sol";

interface Token {
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function totalSupply() external view returns (uint256);
}

/// @notice Makes the same calls to two tokens and compares what they do: whether they revert, what they return, the
/// events, the ether that moves, all balances and all allowances. Only what a revert says may differ.
abstract contract Differential is Test {
    /// @notice The token of this repository has done something else.
    error Differs(string what, Step step);
    /// @notice After the same calls, balances, allowances or supply are not the same.
    error StateDiffers();

    uint256 private constant RICH = 1e24;

    address internal _ours;
    address internal _theirs;
    /// Callers, recipients, owners and spenders.
    address[] internal _accounts;
    /// A number whose hash is the next random number.
    uint256 private _random;

    function _compare(address ours, address theirs) internal {
        (_ours, _theirs) = (ours, theirs);
        _accounts = [
            address(0xA11CE),
            address(0xB0B),
            address(new Actor()),
            address(new Actor()),
            address(new LoggingActor()),
            address(new SilentActor())
        ];
        vm.recordLogs();
    }

    /// @notice Makes a number of random calls of the given kinds, one after the other.
    /// @param depth how deep calls of actors that are called back may nest.
    function _play(uint256 seed, uint256 steps, Operations.Kind[] memory kinds, uint256 depth) internal {
        _random = seed;
        for (uint256 i = 0; i < steps; ++i) {
            _same(_step(kinds, depth));
        }
        _sameState();
    }

    function _step(Operations.Kind[] memory kinds, uint256 depth) private returns (Step memory step) {
        step.kind = kinds[_next(kinds.length)];
        step.caller = _accounts[_next(_accounts.length)];
        step.first = _party();
        step.second = _party();
        step.amount = _next(8) == 0 ? type(uint256).max - _next(2) : _next(100);
        step.data = _script(kinds, depth);
    }

    /// @notice What an actor that is called back answers and does.
    function _script(Operations.Kind[] memory kinds, uint256 depth) private returns (bytes memory) {
        Step[] memory steps = new Step[](depth == 0 ? 0 : _next(3));
        for (uint256 i = 0; i < steps.length; ++i) {
            steps[i] = _step(kinds, depth - 1);
        }
        return abi.encode(_next(4) != 0, steps);
    }

    /// @notice An account, the token or nobody.
    function _party() private returns (address) {
        uint256 index = _next(_accounts.length + 2);
        if (index < _accounts.length) return _accounts[index];
        return index == _accounts.length ? Operations.TOKEN : address(0);
    }

    function _next(uint256 below) private returns (uint256) {
        _random = uint256(keccak256(abi.encode(_random)));
        return _random % below;
    }

    /// @notice Makes one call to both tokens and compares everything.
    function _same(Step memory step) internal {
        (bytes memory ours, int256[] memory ourEther) = _call(_ours, step);
        (bytes memory theirs, int256[] memory theirEther) = _call(_theirs, step);
        require(keccak256(ours) == keccak256(theirs), Differs("outcome", step));
        require(keccak256(abi.encode(ourEther)) == keccak256(abi.encode(theirEther)), Differs("ether", step));
    }

    function _sameState() internal view {
        require(keccak256(_state(_ours)) == keccak256(_state(_theirs)), StateDiffers());
    }

    /// @return outcome return data and events, unless it reverted.
    /// @return ether_ what each account has gained.
    function _call(address token, Step memory step)
        private
        returns (bytes memory outcome, int256[] memory ether_)
    {
        ether_ = new int256[](_accounts.length);
        for (uint256 i = 0; i < _accounts.length; ++i) {
            vm.deal(_accounts[i], RICH);
        }
        vm.prank(step.caller);
        (bool success, bytes memory answer) =
            token.call{value: Operations.value(step)}(Operations.encode(step, token));
        for (uint256 i = 0; i < _accounts.length; ++i) {
            ether_[i] = int256(_accounts[i].balance) - int256(RICH);
        }
        bytes memory events = _events(token);
        outcome = success ? abi.encode(answer, events) : bytes("reverted");
    }

    /// @dev The token's own address is left out.
    function _events(address token) private returns (bytes memory events) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == token) logs[i].emitter = Operations.TOKEN;
            for (uint256 j = 0; j < logs[i].topics.length; ++j) {
                if (uint256(logs[i].topics[j]) == uint160(token)) {
                    logs[i].topics[j] = bytes32(uint256(uint160(Operations.TOKEN)));
                }
            }
        }
        return abi.encode(logs);
    }

    function _state(address token) internal view virtual returns (bytes memory state) {
        state = abi.encode(Token(token).totalSupply(), token.balance);
        address[] memory parties = new address[](_accounts.length + 2);
        for (uint256 i = 0; i < _accounts.length; ++i) {
            parties[i] = _accounts[i];
        }
        parties[_accounts.length] = token;
        for (uint256 i = 0; i < parties.length; ++i) {
            state = abi.encodePacked(state, Token(token).balanceOf(parties[i]));
            for (uint256 j = 0; j < parties.length; ++j) {
                state = abi.encodePacked(state, Token(token).allowance(parties[i], parties[j]));
            }
        }
    }
}
