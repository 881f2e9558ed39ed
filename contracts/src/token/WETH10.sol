// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @notice Whom `transferAndCall` and `depositToAndCall` call, as in https://github.com/ethereum/EIPs/issues/677.
interface ITransferReceiver {
    function onTokenTransfer(address from, uint256 value, bytes calldata data) external returns (bool);
}

/// @notice Whom `approveAndCall` calls.
interface IApprovalReceiver {
    function onTokenApproval(address owner, uint256 value, bytes calldata data) external returns (bool);
}

/// @title Wrapped ether with the functions and the behaviour of the WETH10 on Mainnet
/// (0xf4BB2e28688e89fCcE3c0580D37d36A7672E8A9F, https://github.com/WETH10/WETH10).
/// @notice One token is one wei that this contract holds, but for tokens that are flash-minted: those are gone by the
/// end of the transaction. A transfer to the zero address or to this contract unwraps.
contract WETH10 is IERC20Metadata, IERC20Permit, IERC3156FlashLender, EIP712, Nonces {
    /// @notice The account has less than is needed.
    error InsufficientBalance(address account, uint256 balance, uint256 needed);
    /// @notice The spender may spend less than is needed.
    error InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice The account does not take ether.
    error EtherRefused(address account);
    /// @notice Only this token is lent.
    error NotTheToken(address token);
    /// @notice All loans of a transaction together are at most this.
    error LoanTooHigh(uint256 most);
    /// @notice The borrower did not answer as ERC-3156 says.
    error LoanRefused(address borrower);
    error PermitExpired(uint256 deadline);
    error InvalidPermit(address signer, address owner);

    string public constant name = "Wrapped Ether v10";
    string public constant symbol = "WETH10";
    uint8 public constant decimals = 18;

    bytes32 public constant CALLBACK_SUCCESS = keccak256("ERC3156FlashBorrower.onFlashLoan");
    bytes32 public constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    uint256 private constant MAX_LOAN = type(uint112).max;

    uint256 public immutable deploymentChainId = block.chainid;

    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    /// @notice Tokens that are lent at this moment.
    uint256 public flashMinted;

    constructor() EIP712(name, "1") {}

    receive() external payable {
        _mint(msg.sender, msg.value);
    }

    /// @notice Wraps the ether sent.
    function deposit() external payable {
        _mint(msg.sender, msg.value);
    }

    /// @notice Wraps the ether sent, for `to`.
    function depositTo(address to) external payable {
        _mint(to, msg.value);
    }

    /// @notice Wraps the ether sent, for `to`, and calls it. Returns what it returns.
    function depositToAndCall(address to, bytes calldata data) external payable returns (bool) {
        _mint(to, msg.value);
        return ITransferReceiver(to).onTokenTransfer(msg.sender, msg.value, data);
    }

    /// @notice Unwraps `value` wei of the caller's.
    function withdraw(uint256 value) external {
        _unwrap(msg.sender, msg.sender, value);
    }

    /// @notice Unwraps `value` wei of the caller's and sends them to `to`.
    function withdrawTo(address payable to, uint256 value) external {
        _unwrap(msg.sender, to, value);
    }

    /// @notice Unwraps `value` wei of `from`, who has allowed it, and sends them to `to`.
    function withdrawFrom(address from, address payable to, uint256 value) external {
        _useAllowance(from, msg.sender, value);
        _unwrap(from, to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        _approve(msg.sender, spender, value);
        return true;
    }

    /// @notice Sets an allowance and calls the spender. Returns what it returns.
    function approveAndCall(address spender, uint256 value, bytes calldata data) external returns (bool) {
        _approve(msg.sender, spender, value);
        return IApprovalReceiver(spender).onTokenApproval(msg.sender, value, data);
    }

    /// @inheritdoc IERC20Permit
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        // Slither: a deadline is a time.
        // slither-disable-next-line timestamp
        require(block.timestamp <= deadline, PermitExpired(deadline));
        bytes32 content =
            keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline));
        // The nonce is used up: a signature's second form, which OpenZeppelin's ECDSA refuses, gains nobody anything.
        address signer = ecrecover(_hashTypedDataV4(content), v, r, s);
        require(signer != address(0) && signer == owner, InvalidPermit(signer, owner));
        _approve(owner, spender, value);
    }

    /// @notice Moves `value`; to the zero address or this contract it unwraps them for the caller.
    function transfer(address to, uint256 value) external returns (bool) {
        _moveOrUnwrap(msg.sender, to, value);
        return true;
    }

    /// @notice Moves `value` of `from`, who has allowed it; to the zero address or this contract it unwraps them for the
    /// caller.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _useAllowance(from, msg.sender, value);
        _moveOrUnwrap(from, to, value);
        return true;
    }

    /// @notice Moves `value` and calls `to`. Returns what it returns.
    function transferAndCall(address to, uint256 value, bytes calldata data) external returns (bool) {
        _move(msg.sender, to, value);
        return ITransferReceiver(to).onTokenTransfer(msg.sender, value, data);
    }

    /// @inheritdoc IERC3156FlashLender
    // Slither: a borrower may do anything with a loan, also borrow more: what was lent is burned in the end, and the limit
    // counts all loans together. The differential tests call back from within loans.
    // slither-disable-next-line reentrancy-no-eth,reentrancy-benign,reentrancy-events
    function flashLoan(IERC3156FlashBorrower receiver, address token, uint256 value, bytes calldata data)
        external
        returns (bool)
    {
        require(token == address(this), NotTheToken(token));
        uint256 most = MAX_LOAN - flashMinted;
        require(value <= most, LoanTooHigh(most));
        flashMinted += value;
        _mint(address(receiver), value);
        require(
            receiver.onFlashLoan(msg.sender, address(this), value, 0, data) == CALLBACK_SUCCESS,
            LoanRefused(address(receiver))
        );
        _useAllowance(address(receiver), address(this), value);
        _burn(address(receiver), value);
        flashMinted -= value;
        return true;
    }

    /// @inheritdoc IERC3156FlashLender
    function maxFlashLoan(address token) external view returns (uint256) {
        return token == address(this) ? MAX_LOAN - flashMinted : 0;
    }

    /// @inheritdoc IERC3156FlashLender
    function flashFee(address token, uint256) external view returns (uint256) {
        require(token == address(this), NotTheToken(token));
        return 0;
    }

    function totalSupply() external view returns (uint256) {
        return address(this).balance + flashMinted;
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(IERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @inheritdoc IERC20Permit
    // Slither: the name is ERC-2612's.
    // slither-disable-next-line naming-convention
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _mint(address to, uint256 value) private {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function _burn(address from, uint256 value) private {
        _debit(from, value);
        emit Transfer(from, address(0), value);
    }

    function _moveOrUnwrap(address from, address to, uint256 value) private {
        if (to == address(0) || to == address(this)) {
            _unwrap(from, msg.sender, value);
        } else {
            _move(from, to, value);
        }
    }

    function _move(address from, address to, uint256 value) private {
        _debit(from, value);
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    // Slither: the owner of the tokens, which are burned before, says where the ether goes. A recipient may call back.
    // slither-disable-next-line arbitrary-send-eth,low-level-calls
    function _unwrap(address from, address to, uint256 value) private {
        _burn(from, value);
        (bool sent,) = to.call{value: value}("");
        require(sent, EtherRefused(to));
    }

    function _debit(address from, uint256 value) private {
        uint256 balance = balanceOf[from];
        require(balance >= value, InsufficientBalance(from, balance, value));
        balanceOf[from] = balance - value;
    }

    function _approve(address owner, address spender, uint256 value) private {
        allowance[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    /// @dev Nobody needs an allowance for what is their own, and one of 2^256 - 1 is never used up.
    function _useAllowance(address owner, address spender, uint256 value) private {
        uint256 allowed = allowance[owner][spender];
        if (owner != spender && allowed != type(uint256).max) {
            require(allowed >= value, InsufficientAllowance(spender, allowed, value));
            _approve(owner, spender, allowed - value);
        }
    }
}
