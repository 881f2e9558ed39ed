// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IApprovalReceiver, ITransferReceiver} from "../../src/token/WETH10.sol";

/// @notice The reference for WETH10: what the doc comments of https://github.com/WETH10/WETH10 say, function by function,
/// as plainly as it can be said. Written for this test; nothing of the original's code is here.
contract WETH10Model {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    struct Ledger {
        mapping(address => uint256) tokens;
        mapping(address => mapping(address => uint256)) allowances;
        uint256 loans;
    }

    Ledger private _ledger;

    // "grants caller account a matching increase in WETH10 token balance"
    receive() external payable {
        _wrap(msg.sender);
    }

    function deposit() external payable {
        _wrap(msg.sender);
    }

    function depositTo(address to) external payable {
        _wrap(to);
    }

    // "after which a call is executed to an ERC677-compliant contract with the `data` parameter"
    function depositToAndCall(address to, bytes calldata data) external payable returns (bool) {
        _wrap(to);
        return ITransferReceiver(to).onTokenTransfer(msg.sender, msg.value, data);
    }

    // "caller account must have at least `value` balance of WETH10 token"
    function withdraw(uint256 value) external {
        _redeem(msg.sender, value, msg.sender);
    }

    function withdrawTo(address to, uint256 value) external {
        _redeem(msg.sender, value, to);
    }

    // "must have approved caller to spend at least `value`, unless `from` and caller are the same account"
    function withdrawFrom(address from, address to, uint256 value) external {
        if (from != msg.sender) _spend(from, msg.sender, value);
        _redeem(from, value, to);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        _allow(msg.sender, spender, value);
        return true;
    }

    function approveAndCall(address spender, uint256 value, bytes calldata data) external returns (bool) {
        _allow(msg.sender, spender, value);
        return IApprovalReceiver(spender).onTokenApproval(msg.sender, value, data);
    }

    // "A transfer to `address(0)` triggers an ETH withdraw matching the sent token in favor of caller", and since the
    // repository's last version one to the contract too.
    function transfer(address to, uint256 value) external returns (bool) {
        if (to == address(0)) _redeem(msg.sender, value, msg.sender);
        else if (to == address(this)) _redeem(msg.sender, value, msg.sender);
        else _pay(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        if (from != msg.sender) _spend(from, msg.sender, value);
        if (to == address(0)) _redeem(from, value, msg.sender);
        else if (to == address(this)) _redeem(from, value, msg.sender);
        else _pay(from, to, value);
        return true;
    }

    // The call of the zero address, which has no code, and of this contract, which has no such function, reverts.
    function transferAndCall(address to, uint256 value, bytes calldata data) external returns (bool) {
        _pay(msg.sender, to, value);
        return ITransferReceiver(to).onTokenTransfer(msg.sender, value, data);
    }

    // "By the end of the transaction, `value` WETH10 token will be burned from the receiver. The total of all flash loans
    // in a tx must be less or equal to type(uint112).max."
    function flashLoan(IERC3156FlashBorrower receiver, address token, uint256 value, bytes calldata data)
        external
        returns (bool)
    {
        require(token == address(this));
        require(value < 2 ** 112 && _ledger.loans + value < 2 ** 112);
        _ledger.loans += value;
        _ledger.tokens[address(receiver)] += value;
        emit Transfer(address(0), address(receiver), value);
        bytes32 answer = receiver.onFlashLoan(msg.sender, token, value, 0, data);
        require(answer == keccak256("ERC3156FlashBorrower.onFlashLoan"));
        _spend(address(receiver), address(this), value);
        _ledger.tokens[address(receiver)] -= value;
        emit Transfer(address(receiver), address(0), value);
        _ledger.loans -= value;
        return true;
    }

    function flashFee(address token, uint256) external view returns (uint256) {
        require(token == address(this));
        return 0;
    }

    function maxFlashLoan(address token) external view returns (uint256) {
        return token != address(this) ? 0 : 2 ** 112 - 1 - _ledger.loans;
    }

    function flashMinted() external view returns (uint256) {
        return _ledger.loans;
    }

    // "the total supply of WETH10 token as the ETH held in this contract"
    function totalSupply() external view returns (uint256) {
        return _ledger.loans + address(this).balance;
    }

    function balanceOf(address account) external view returns (uint256) {
        return _ledger.tokens[account];
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        return _ledger.allowances[owner][spender];
    }

    function _wrap(address to) private {
        _ledger.tokens[to] += msg.value;
        emit Transfer(address(0), to, msg.value);
    }

    function _redeem(address from, uint256 value, address to) private {
        _ledger.tokens[from] -= value;
        emit Transfer(from, address(0), value);
        (bool paid,) = to.call{value: value}("");
        require(paid);
    }

    function _pay(address from, address to, uint256 value) private {
        _ledger.tokens[from] -= value;
        _ledger.tokens[to] += value;
        emit Transfer(from, to, value);
    }

    // "unless allowance is set to `type(uint256).max`"
    function _spend(address owner, address spender, uint256 value) private {
        if (_ledger.allowances[owner][spender] == type(uint256).max) return;
        _allow(owner, spender, _ledger.allowances[owner][spender] - value);
    }

    function _allow(address owner, address spender, uint256 value) private {
        _ledger.allowances[owner][spender] = value;
        emit Approval(owner, spender, value);
    }
}
