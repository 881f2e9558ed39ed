// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Wrapped ether as on Mainnet (0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2): same functions, same behaviour.
/// @notice One token is one wei that this contract holds.
contract WETH9 {
    string public constant name = "Wrapped Ether";
    string public constant symbol = "WETH";
    uint8 public constant decimals = 18;

    event Approval(address indexed src, address indexed guy, uint256 wad);
    event Transfer(address indexed src, address indexed dst, uint256 wad);
    event Deposit(address indexed dst, uint256 wad);
    event Withdrawal(address indexed src, uint256 wad);

    /// @notice The account has less than is needed.
    error InsufficientBalance(address account, uint256 balance, uint256 needed);
    /// @notice The spender may spend less than is needed.
    error InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// @notice The caller does not take ether.
    error EtherRefused(address account);

    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    receive() external payable {
        deposit();
    }

    fallback() external payable {
        deposit();
    }

    /// @notice Wraps the ether sent.
    function deposit() public payable {
        balanceOf[msg.sender] += msg.value;
        emit Deposit(msg.sender, msg.value);
    }

    /// @notice Unwraps `wad` wei of the caller's, who gets 2,300 gas to take them: enough to log, not to call back.
    // Slither: with 2,300 gas a recipient can neither call back nor return much.
    // slither-disable-next-line reentrancy-events,return-bomb,low-level-calls
    function withdraw(uint256 wad) external {
        uint256 balance = balanceOf[msg.sender];
        require(balance >= wad, InsufficientBalance(msg.sender, balance, wad));
        balanceOf[msg.sender] = balance - wad;
        // The 2,300 gas come with the value, and without a value from here.
        (bool sent,) = msg.sender.call{value: wad, gas: wad == 0 ? 2300 : 0}("");
        require(sent, EtherRefused(msg.sender));
        emit Withdrawal(msg.sender, wad);
    }

    function totalSupply() external view returns (uint256) {
        return address(this).balance;
    }

    function approve(address guy, uint256 wad) external returns (bool) {
        allowance[msg.sender][guy] = wad;
        emit Approval(msg.sender, guy, wad);
        return true;
    }

    function transfer(address dst, uint256 wad) external returns (bool) {
        return transferFrom(msg.sender, dst, wad);
    }

    /// @notice Moves `wad`; an allowance of 2^256 - 1 is never used up.
    function transferFrom(address src, address dst, uint256 wad) public returns (bool) {
        uint256 balance = balanceOf[src];
        require(balance >= wad, InsufficientBalance(src, balance, wad));
        if (src != msg.sender) {
            uint256 allowed = allowance[src][msg.sender];
            if (allowed != type(uint256).max) {
                require(allowed >= wad, InsufficientAllowance(msg.sender, allowed, wad));
                allowance[src][msg.sender] = allowed - wad;
            }
        }
        balanceOf[src] = balance - wad;
        balanceOf[dst] += wad;
        emit Transfer(src, dst, wad);
        return true;
    }
}
