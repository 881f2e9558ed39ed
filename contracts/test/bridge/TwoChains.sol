// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IRouterClient} from "@chainlink/contracts-ccip/contracts/interfaces/IRouterClient.sol";
import {IWrappedNative} from "@chainlink/contracts-ccip/contracts/interfaces/IWrappedNative.sol";
import {MessageV1Codec} from "@chainlink/contracts-ccip/contracts/libraries/MessageV1Codec.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CCIPRouter} from "../../src/bridge/CCIPRouter.sol";
import {CCIPWETH9Bridge} from "../../src/bridge/CCIPWETH9Bridge.sol";
import {CCIPWrappedEtherBridge} from "../../src/bridge/CCIPWrappedEtherBridge.sol";
import {OutboundMessages} from "../../src/bridge/router/OutboundMessages.sol";
import {WETH9} from "../../src/token/WETH9.sol";
import {Test, Vm} from "../Test.sol";

/// @notice Two simulated chains, each with wrapped ether, a router and an end of the bridge, all owned by this contract.
abstract contract TwoChains is Test {
    uint64 internal constant A = 138;
    uint64 internal constant B = 5009297550715157269;
    uint64 internal constant BASE_FEE = 7;
    uint64 internal constant FEE_PER_BYTE = 3;
    uint64 internal constant FEE_PER_GAS = 2;
    /// What a message of the bridge costs: 96 bytes of data and 200,000 of gas.
    uint256 internal constant FEE = 7 + 96 * 3 + 200_000 * 2;
    uint128 internal constant CAPACITY = 1000 ether;
    uint128 internal constant REFILL = 1 ether;
    address internal constant ALICE = address(0xA11CE);

    struct Chain {
        uint64 selector;
        WETH9 weth;
        CCIPRouter router;
        CCIPWETH9Bridge bridge;
    }

    Chain internal _a;
    Chain internal _b;

    function _makeChains(address offRamp) internal {
        vm.recordLogs();
        _a = _make(A);
        _b = _make(B);
        _connect(_a, _b, offRamp);
        _connect(_b, _a, offRamp);
    }

    function _make(uint64 selector) private returns (Chain memory chain) {
        chain.selector = selector;
        chain.weth = new WETH9();
        chain.router = new CCIPRouter(address(this), selector, IWrappedNative(address(chain.weth)));
        chain.bridge = new CCIPWETH9Bridge(
            address(this),
            IRouterClient(address(chain.router)),
            IERC20(address(chain.weth)),
            uint64(CAPACITY / 1 ether),
            uint64(REFILL * 1 hours / 1 ether)
        );
    }

    function _connect(Chain storage chain, Chain storage other, address offRamp) private {
        chain.router.setLane(other.selector, address(other.router), BASE_FEE, FEE_PER_BYTE, FEE_PER_GAS);
        chain.router.addOffRamp(other.selector, offRamp);
        chain.bridge.connect(other.selector, address(other.bridge));
    }

    /// @notice Locks ether of ALICE, who pays the exact fee. @return encoded the message that the router has sent.
    function _lock(Chain memory chain, uint256 amount) internal returns (bytes memory encoded) {
        vm.deal(ALICE, amount + FEE);
        vm.startPrank(ALICE);
        chain.weth.deposit{value: amount}();
        chain.weth.approve(address(chain.bridge), amount);
        chain.bridge.lock{value: FEE}(ALICE, amount);
        vm.stopPrank();
        return _sent();
    }

    function _redeem(Chain memory chain, uint256 amount) internal returns (bytes memory encoded) {
        vm.deal(ALICE, FEE);
        vm.prank(ALICE);
        chain.bridge.redeem{value: FEE}(ALICE, amount);
        return _sent();
    }

    /// @notice The last message that a router has sent, as its event has it.
    function _sent() internal returns (bytes memory encoded) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = logs.length; i > 0; --i) {
            if (logs[i - 1].topics[0] == OutboundMessages.CCIPMessageSent.selector) {
                (,, encoded,,) = abi.decode(
                    logs[i - 1].data, (address, uint256, bytes, OutboundMessages.Receipt[], bytes[])
                );
                assertEq(keccak256(encoded), logs[i - 1].topics[3]);
                return encoded;
            }
        }
        revert("no message was sent");
    }

    /// @notice A message that the other chain's router has never sent.
    function _forged(Chain memory to, uint64 number, address receiver, bytes memory data)
        internal
        view
        returns (MessageV1Codec.MessageV1 memory)
    {
        Chain memory from = to.selector == A ? _b : _a;
        return MessageV1Codec.MessageV1({
            sourceChainSelector: from.selector,
            destChainSelector: to.selector,
            messageNumber: number,
            executionGasLimit: 0,
            ccipReceiveGasLimit: 200_000,
            finality: 0,
            ccvAndExecutorHash: 0,
            onRampAddress: abi.encode(address(from.router)),
            offRampAddress: abi.encodePacked(address(to.router)),
            sender: abi.encode(address(from.bridge)),
            receiver: abi.encodePacked(receiver),
            destBlob: "",
            tokenTransfer: new MessageV1Codec.TokenTransferV1[](0),
            data: data
        });
    }

    /// @notice A forged order to mint for ALICE.
    function _forgedMint(Chain memory to, uint64 number, uint256 amount)
        internal
        view
        returns (bytes memory encoded)
    {
        return MessageV1Codec._encodeMessageV1(
            _forged(
                to, number, address(to.bridge), abi.encode(CCIPWrappedEtherBridge.Order.Mint, ALICE, amount)
            )
        );
    }
}
