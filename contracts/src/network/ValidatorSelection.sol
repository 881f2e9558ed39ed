// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The validators of a QBFT chain that a contract selects.
/// @notice Besu asks `getValidators` in the state of the parent block for those that make the next one (`validatorcontractaddress` of the
/// genesis file). The genesis block has this contract's code and storage, so no constructor runs there; the constructor writes the same storage.
/// @dev The validators add and remove one another: more than half of them must vote. A vote counts as long as the validators are those
/// under which it was cast; every change of the validators discards all open votes, so that none can undo a later change. The layout of the
/// storage is part of the genesis block (components/besu/genesis/validator-contract.ts).
contract ValidatorSelection {
    /// @notice The votes on an account that are open, and what they would do.
    struct Proposal {
        address subject;
        /// Whether the subject would be added; otherwise it would be removed.
        bool add;
        address[] voters;
    }

    event Voted(address indexed subject, address indexed voter, bool add);
    event Withdrawn(address indexed subject, address indexed voter);
    event ValidatorAdded(address indexed validator);
    event ValidatorRemoved(address indexed validator);

    /// @notice Only validators vote.
    error NotValidator(address account);
    /// @notice The validator to add is one already, or the one to remove is none, or the account is zero.
    error NothingToChange(address subject, bool add);
    error AlreadyVoted(address subject, address voter);
    error NotVoted(address subject, address voter);
    /// @notice QBFT tolerates a failure from four validators on.
    error TooFewValidators(uint256 validators);
    /// @notice The constructor's validators must be ascending, without zero.
    error NotAscending(address validator);

    /// @notice The fewest validators that the chain may have.
    uint256 public constant MINIMUM = 4;

    /// Ascending.
    address[] private _validators;

    /// The number of changes of the validators.
    uint256 private _term;

    /// The accounts with open votes, by the term.
    mapping(uint256 term => address[] subjects) private _subjects;

    /// The validators that voted on an account, by the term.
    // Slither: a mapping needs no initialization, and its lists are written through references.
    // slither-disable-next-line uninitialized-state
    mapping(uint256 term => mapping(address subject => address[] voters)) private _voters;

    /// @param validators_ ascending, at least `MINIMUM`.
    constructor(address[] memory validators_) {
        require(validators_.length >= MINIMUM, TooFewValidators(validators_.length));
        address previous = address(0);
        for (uint256 i = 0; i < validators_.length; ++i) {
            require(validators_[i] > previous, NotAscending(validators_[i]));
            previous = validators_[i];
        }
        _validators = validators_;
    }

    /// @notice Votes to add or to remove a validator. The vote that makes more than half of the validators changes them.
    function propose(address subject, bool add) external {
        _requireValidator(msg.sender);
        (uint256 position, bool isValidator) = _find(subject);
        require(subject != address(0) && isValidator != add, NothingToChange(subject, add));
        require(add || _validators.length > MINIMUM, TooFewValidators(_validators.length));
        address[] storage voters = _voters[_term][subject];
        (, bool hasVoted) = _indexOf(voters, msg.sender);
        require(!hasVoted, AlreadyVoted(subject, msg.sender));
        if (voters.length == 0) {
            _subjects[_term].push(subject);
        }
        voters.push(msg.sender);
        emit Voted(subject, msg.sender, add);
        if (2 * voters.length > _validators.length) {
            ++_term;
            if (add) {
                _insert(position, subject);
            } else {
                _remove(position);
            }
        }
    }

    /// @notice Takes an open vote back.
    function withdraw(address subject) external {
        _requireValidator(msg.sender);
        address[] storage voters = _voters[_term][subject];
        (uint256 index, bool hasVoted) = _indexOf(voters, msg.sender);
        require(hasVoted, NotVoted(subject, msg.sender));
        voters[index] = voters[voters.length - 1];
        voters.pop();
        if (voters.length == 0) {
            address[] storage subjects = _subjects[_term];
            (uint256 place,) = _indexOf(subjects, subject);
            subjects[place] = subjects[subjects.length - 1];
            subjects.pop();
        }
        emit Withdrawn(subject, msg.sender);
    }

    /// @notice The validators that make the next block, ascending.
    function getValidators() external view returns (address[] memory) {
        return _validators;
    }

    /// @notice All open votes.
    function getProposals() external view returns (Proposal[] memory proposals) {
        address[] storage subjects = _subjects[_term];
        proposals = new Proposal[](subjects.length);
        for (uint256 i = 0; i < proposals.length; ++i) {
            address subject = subjects[i];
            (, bool isValidator) = _find(subject);
            proposals[i] = Proposal(subject, !isValidator, _voters[_term][subject]);
        }
    }

    function _insert(uint256 position, address validator) private {
        _validators.push(validator);
        for (uint256 i = _validators.length - 1; i > position; --i) {
            _validators[i] = _validators[i - 1];
        }
        _validators[position] = validator;
        emit ValidatorAdded(validator);
    }

    function _remove(uint256 position) private {
        address validator = _validators[position];
        uint256 last = _validators.length - 1;
        for (uint256 i = position; i < last; ++i) {
            _validators[i] = _validators[i + 1];
        }
        _validators.pop();
        emit ValidatorRemoved(validator);
    }

    function _requireValidator(address account) private view {
        (, bool isValidator) = _find(account);
        require(isValidator, NotValidator(account));
    }

    /// Binary search. The position is where the account is, or would be.
    function _find(address account) private view returns (uint256 position, bool isThere) {
        uint256 end = _validators.length;
        while (position < end) {
            uint256 middle = (position + end) / 2;
            if (_validators[middle] < account) {
                position = middle + 1;
            } else {
                end = middle;
            }
        }
        isThere = position < _validators.length && _validators[position] == account;
    }

    function _indexOf(address[] storage accounts, address account)
        private
        view
        returns (uint256 index, bool isThere)
    {
        uint256 length = accounts.length;
        for (uint256 i = 0; i < length; ++i) {
            if (accounts[i] == account) {
                return (i, true);
            }
        }
        return (0, false);
    }
}
