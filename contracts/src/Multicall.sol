// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Many calls in one, with the functions of Multicall3 (https://github.com/mds1/multicall3).
/// @notice Anyone may call. The contract holds nothing and may do nothing on anyone's behalf: never approve it.
contract Multicall {
    struct Call {
        address target;
        bytes callData;
    }

    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Call3Value {
        address target;
        bool allowFailure;
        uint256 value;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    /// @notice The call at this index failed and was not allowed to.
    error CallFailed(uint256 index, bytes reason);
    /// @notice The values of the calls do not add up to what was sent.
    error ValueMismatch(uint256 sent, uint256 used);

    // Slither: to call whatever the caller names, one after the other, is what this contract is for.
    // slither-disable-start calls-loop,low-level-calls

    /// @notice Makes all calls; the first failure reverts everything.
    function aggregate(Call[] calldata calls)
        external
        payable
        returns (uint256 blockNumber, bytes[] memory returnData)
    {
        blockNumber = block.number;
        returnData = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, bytes memory data) = calls[i].target.call(calls[i].callData);
            require(success, CallFailed(i, data));
            returnData[i] = data;
        }
    }

    /// @notice Makes all calls. A failure reverts everything if `requireSuccess`.
    function tryAggregate(bool requireSuccess, Call[] calldata calls)
        public
        payable
        returns (Result[] memory returnData)
    {
        returnData = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, bytes memory data) = calls[i].target.call(calls[i].callData);
            require(success || !requireSuccess, CallFailed(i, data));
            returnData[i] = Result(success, data);
        }
    }

    /// @notice Makes all calls, and says in which block. A failure reverts everything if `requireSuccess`.
    function tryBlockAndAggregate(bool requireSuccess, Call[] calldata calls)
        public
        payable
        returns (uint256 blockNumber, bytes32 blockHash, Result[] memory returnData)
    {
        // A block's own hash is not known in it: zero, as in Multicall3.
        return (block.number, blockhash(block.number), tryAggregate(requireSuccess, calls));
    }

    /// @notice Makes all calls, and says in which block; the first failure reverts everything.
    function blockAndAggregate(Call[] calldata calls)
        external
        payable
        returns (uint256 blockNumber, bytes32 blockHash, Result[] memory returnData)
    {
        return tryBlockAndAggregate(true, calls);
    }

    /// @notice Makes all calls; each says whether it may fail.
    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory returnData) {
        returnData = new Result[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, bytes memory data) = calls[i].target.call(calls[i].callData);
            require(success || calls[i].allowFailure, CallFailed(i, data));
            returnData[i] = Result(success, data);
        }
    }

    /// @notice Makes all calls, each with its value in wei; together they use exactly what was sent.
    // Slither: the ether is the caller's own; there is never any other here.
    // slither-disable-next-line arbitrary-send-eth
    function aggregate3Value(Call3Value[] calldata calls)
        external
        payable
        returns (Result[] memory returnData)
    {
        returnData = new Result[](calls.length);
        uint256 used = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            used += calls[i].value;
            (bool success, bytes memory data) = calls[i].target.call{value: calls[i].value}(calls[i].callData);
            require(success || calls[i].allowFailure, CallFailed(i, data));
            returnData[i] = Result(success, data);
        }
        require(msg.value == used, ValueMismatch(msg.value, used));
    }

    // slither-disable-end calls-loop,low-level-calls

    function getBasefee() external view returns (uint256) {
        return block.basefee;
    }

    function getBlockHash(uint256 blockNumber) external view returns (bytes32) {
        return blockhash(blockNumber);
    }

    function getBlockNumber() external view returns (uint256) {
        return block.number;
    }

    function getChainId() external view returns (uint256) {
        return block.chainid;
    }

    function getCurrentBlockCoinbase() external view returns (address) {
        return block.coinbase;
    }

    /// @notice Since the Merge the beacon chain's randomness, as everywhere.
    function getCurrentBlockDifficulty() external view returns (uint256) {
        return block.prevrandao;
    }

    function getCurrentBlockGasLimit() external view returns (uint256) {
        return block.gaslimit;
    }

    function getCurrentBlockTimestamp() external view returns (uint256) {
        return block.timestamp;
    }

    /// @notice Balance of an account in wei.
    function getEthBalance(address account) external view returns (uint256) {
        return account.balance;
    }

    function getLastBlockHash() external view returns (bytes32) {
        return blockhash(block.number - 1);
    }
}
