// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A call of a token.
struct Step {
    Operations.Kind kind;
    address caller;
    address first;
    address second;
    uint256 amount;
    /// What an actor that is called back does: `abi.encode(answer, steps)`.
    bytes data;
}

/// @notice The functions of wrapped ether that change something.
library Operations {
    enum Kind {
        Receive,
        Fallback,
        Deposit,
        Withdraw,
        Approve,
        Transfer,
        TransferFrom,
        // The following are WETH10's.
        DepositTo,
        DepositToAndCall,
        WithdrawTo,
        WithdrawFrom,
        ApproveAndCall,
        TransferAndCall,
        FlashLoan,
        FlashFee,
        MaxFlashLoan
    }

    /// @notice Stands for the token, whose address differs.
    address internal constant TOKEN = address(0x70CE9);

    function value(Step memory step) internal pure returns (uint256) {
        bool paying = step.kind == Kind.Receive || step.kind == Kind.Fallback || step.kind == Kind.Deposit
            || step.kind == Kind.DepositTo || step.kind == Kind.DepositToAndCall;
        return paying ? step.amount % 1000 : 0;
    }

    function encode(Step memory step, address token) internal pure returns (bytes memory) {
        address first = step.first == TOKEN ? token : step.first;
        address second = step.second == TOKEN ? token : step.second;
        Kind kind = step.kind;
        if (kind == Kind.Receive) return "";
        if (kind == Kind.Fallback) return abi.encodePacked(bytes4(0xdeadbeef), step.data);
        if (kind == Kind.Deposit) return abi.encodeWithSignature("deposit()");
        if (kind == Kind.Withdraw) return abi.encodeWithSignature("withdraw(uint256)", step.amount);
        if (kind == Kind.Approve) return _pair("approve(address,uint256)", first, step.amount);
        if (kind == Kind.Transfer) return _pair("transfer(address,uint256)", first, step.amount);
        if (kind == Kind.TransferFrom) {
            return
                abi.encodeWithSignature("transferFrom(address,address,uint256)", first, second, step.amount);
        }
        if (kind == Kind.DepositTo) return abi.encodeWithSignature("depositTo(address)", first);
        if (kind == Kind.DepositToAndCall) {
            return abi.encodeWithSignature("depositToAndCall(address,bytes)", first, step.data);
        }
        if (kind == Kind.WithdrawTo) return _pair("withdrawTo(address,uint256)", first, step.amount);
        if (kind == Kind.WithdrawFrom) {
            return
                abi.encodeWithSignature("withdrawFrom(address,address,uint256)", first, second, step.amount);
        }
        if (kind == Kind.ApproveAndCall) {
            return
                abi.encodeWithSignature(
                    "approveAndCall(address,uint256,bytes)", first, step.amount, step.data
                );
        }
        if (kind == Kind.TransferAndCall) {
            return
                abi.encodeWithSignature(
                    "transferAndCall(address,uint256,bytes)", first, step.amount, step.data
                );
        }
        if (kind == Kind.FlashLoan) {
            // Seldom another token, and sometimes as much as there can be.
            address lent = step.amount == 99 ? second : token;
            uint256 loan = step.amount % 5 == 0 ? type(uint112).max - step.amount % 50 / 5 : step.amount;
            return
                abi.encodeWithSignature(
                    "flashLoan(address,address,uint256,bytes)", first, lent, loan, step.data
                );
        }
        if (kind == Kind.FlashFee) return _pair("flashFee(address,uint256)", first, step.amount);
        return abi.encodeWithSignature("maxFlashLoan(address)", first);
    }

    function _pair(string memory signature, address account, uint256 amount)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSignature(signature, account, amount);
    }
}
