// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ValidatorSelection} from "../../src/network/ValidatorSelection.sol";
import {Test} from "../Test.sol";

function account(uint256 number) pure returns (address) {
    return address(uint160(0x1000 * number));
}

function accounts(uint256 count) pure returns (address[] memory list) {
    list = new address[](count);
    for (uint256 i = 0; i < count; ++i) {
        list[i] = account(i + 1);
    }
}

contract ValidatorSelectionTest is Test {
    ValidatorSelection private _selection;

    function setUp() public {
        _selection = new ValidatorSelection(accounts(4));
    }

    function test_beginsWithTheValidatorsOfTheConstructor() public view {
        assertEq(_selection.getValidators().length, 4);
        assertEq(_selection.getValidators()[3], account(4));
        assertEq(_selection.getProposals().length, 0);
    }

    function test_refusesFewerThanFourValidators() public {
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.TooFewValidators.selector, 3));
        new ValidatorSelection(accounts(3));
    }

    function test_refusesValidatorsThatAreNotAscending() public {
        address[] memory list = accounts(4);
        list[3] = list[2];
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NotAscending.selector, list[3]));
        new ValidatorSelection(list);
        list = accounts(4);
        list[0] = address(0);
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NotAscending.selector, address(0)));
        new ValidatorSelection(list);
    }

    function test_addsWithTheThirdVoteOfFour() public {
        _propose(1, 7, true);
        _propose(2, 7, true);
        assertEq(_selection.getValidators().length, 4);
        vm.expectEmit();
        emit ValidatorSelection.Voted(account(7), account(3), true);
        vm.expectEmit();
        emit ValidatorSelection.ValidatorAdded(account(7));
        _propose(3, 7, true);
        assertEq(_selection.getValidators().length, 5);
        assertEq(_selection.getValidators()[4], account(7));
        assertEq(_selection.getProposals().length, 0);
    }

    function test_keepsTheValidatorsAscending() public {
        _addAll(address(0x1));
        _addAll(address(0x2800));
        address[] memory list = _selection.getValidators();
        assertEq(list[0], address(0x1));
        assertEq(list[1], account(1));
        assertEq(list[3], address(0x2800));
        assertEq(list[5], account(4));
    }

    function test_removesWithTheThirdVoteOfFive() public {
        _addAll(account(7));
        _propose(1, 2, false);
        // A validator may vote itself out.
        _propose(2, 2, false);
        vm.expectEmit();
        emit ValidatorSelection.Voted(account(2), account(7), false);
        vm.expectEmit();
        emit ValidatorSelection.ValidatorRemoved(account(2));
        _propose(7, 2, false);
        assertEq(_selection.getValidators().length, 4);
        assertEq(_selection.getValidators()[1], account(3));
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NotValidator.selector, account(2)));
        _propose(2, 8, true);
    }

    function test_neverHasFewerThanFour() public {
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.TooFewValidators.selector, 4));
        _propose(1, 2, false);
    }

    function test_refusesVotesOfOthers() public {
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NotValidator.selector, account(7)));
        _propose(7, 7, true);
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NotValidator.selector, account(7)));
        vm.prank(account(7));
        _selection.withdraw(account(7));
    }

    function test_refusesVotesWithoutEffect() public {
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NothingToChange.selector, account(2), true));
        _propose(1, 2, true);
        vm.expectRevert(
            abi.encodeWithSelector(ValidatorSelection.NothingToChange.selector, account(7), false)
        );
        _propose(1, 7, false);
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NothingToChange.selector, address(0), true));
        _propose(1, 0, true);
    }

    function test_countsOneVoteOfEach() public {
        _propose(1, 7, true);
        vm.expectRevert(
            abi.encodeWithSelector(ValidatorSelection.AlreadyVoted.selector, account(7), account(1))
        );
        _propose(1, 7, true);
    }

    function test_takesVotesBack() public {
        _propose(1, 7, true);
        _propose(2, 7, true);
        _propose(1, 8, true);
        vm.expectEmit();
        emit ValidatorSelection.Withdrawn(account(7), account(1));
        vm.prank(account(1));
        _selection.withdraw(account(7));
        ValidatorSelection.Proposal[] memory open = _selection.getProposals();
        assertEq(open.length, 2);
        assertEq(open[0].subject, account(7));
        assertTrue(open[0].add);
        assertEq(open[0].voters.length, 1);
        assertEq(open[0].voters[0], account(2));
        vm.prank(account(2));
        _selection.withdraw(account(7));
        open = _selection.getProposals();
        assertEq(open.length, 1);
        assertEq(open[0].subject, account(8));
        vm.expectRevert(abi.encodeWithSelector(ValidatorSelection.NotVoted.selector, account(7), account(2)));
        vm.prank(account(2));
        _selection.withdraw(account(7));
    }

    function test_discardsOpenVotesWhenTheValidatorsChange() public {
        _propose(1, 8, true);
        _propose(2, 8, true);
        _addAll(account(7));
        assertEq(_selection.getProposals().length, 0);
        _propose(3, 8, true);
        assertEq(_selection.getValidators().length, 5);
        // Whoever voted before may vote again.
        _propose(1, 8, true);
        _propose(2, 8, true);
        assertEq(_selection.getValidators().length, 6);
    }

    /// @dev The gas limit of a vote in components/besu/membership/contract-ballot.ts rests on this.
    function test_votesOfAHundredValidatorsCostLessThanTheirGasLimit() public {
        _selection = new ValidatorSelection(accounts(100));
        uint256 most = 0;
        for (uint256 i = 1; i <= 51; ++i) {
            vm.prank(account(i));
            uint256 before = gasleft();
            _selection.propose(address(1), true);
            uint256 cost = before - gasleft();
            most = cost > most ? cost : most;
        }
        assertEq(_selection.getValidators().length, 101);
        assertTrue(most < 500_000 + 20_000 * 100);
    }

    function _propose(uint256 voter, uint256 subject, bool add) private {
        vm.prank(account(voter));
        _selection.propose(account(subject), add);
    }

    function _addAll(address subject) private {
        address[] memory voters = _selection.getValidators();
        for (uint256 i = 0; 2 * i <= voters.length; ++i) {
            vm.prank(voters[i]);
            _selection.propose(subject, true);
        }
    }
}

/// @notice Validators that vote at random.
contract RandomVotes is Test {
    ValidatorSelection public immutable selection = new ValidatorSelection(accounts(4));

    /// Whether a change was ever made without more than half of the validators, or with one that is not theirs.
    bool public isBroken;

    function propose(uint256 voter, uint256 subject) external {
        address[] memory before = selection.getValidators();
        address chosen = account(1 + subject % 8);
        bool add = !_has(before, chosen);
        uint256 votes = _votes(chosen);
        vm.prank(before[voter % before.length]);
        try selection.propose(chosen, add) {
            uint256 afterwards = selection.getValidators().length;
            bool shouldChange = 2 * (votes + 1) > before.length;
            uint256 expected = !shouldChange ? before.length : add ? before.length + 1 : before.length - 1;
            isBroken = isBroken || afterwards != expected
                || _has(selection.getValidators(), chosen) != (shouldChange ? add : !add);
        } catch {
            isBroken = isBroken || selection.getValidators().length != before.length;
        }
    }

    function withdraw(uint256 voter, uint256 subject) external {
        address[] memory before = selection.getValidators();
        vm.prank(before[voter % before.length]);
        try selection.withdraw(account(1 + subject % 8)) {} catch {}
        isBroken = isBroken || selection.getValidators().length != before.length;
    }

    function _votes(address subject) private view returns (uint256) {
        ValidatorSelection.Proposal[] memory open = selection.getProposals();
        for (uint256 i = 0; i < open.length; ++i) {
            if (open[i].subject == subject) {
                return open[i].voters.length;
            }
        }
        return 0;
    }

    function _has(address[] memory list, address one) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == one) {
                return true;
            }
        }
        return false;
    }
}

contract ValidatorSelectionInvariants is Test {
    RandomVotes private _votes;

    function setUp() public {
        _votes = new RandomVotes();
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (RandomVotes.propose.selector, RandomVotes.withdraw.selector);
        targetSelector(address(_votes), selectors);
    }

    function invariant_changesNeedMoreThanHalf() public view {
        assertTrue(!_votes.isBroken());
    }

    function invariant_atLeastFourAscending() public view {
        address[] memory list = _votes.selection().getValidators();
        assertTrue(list.length >= 4);
        for (uint256 i = 1; i < list.length; ++i) {
            assertTrue(list[i - 1] < list[i]);
        }
    }

    function invariant_openVotesAreOfValidatorsWithoutRepetition() public view {
        address[] memory list = _votes.selection().getValidators();
        ValidatorSelection.Proposal[] memory open = _votes.selection().getProposals();
        for (uint256 i = 0; i < open.length; ++i) {
            assertTrue(open[i].voters.length > 0 && 2 * open[i].voters.length <= list.length);
        }
    }
}
