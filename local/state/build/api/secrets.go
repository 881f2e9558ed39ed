package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// cipherKey encrypts the secrets of stacks that use the service's secrets provider, which is the engine's default with
// this backend. One key serves all stacks; Pulumi Cloud has one for each.
type cipherKey struct{ aead cipher.AEAD }

func newCipher(hexKey string) (cipherKey, error) {
	key, err := hex.DecodeString(hexKey)
	if err != nil {
		return cipherKey{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return cipherKey{}, err
	}
	aead, err := cipher.NewGCM(block)
	return cipherKey{aead}, err
}

func (c cipherKey) encrypt(plaintext []byte) []byte {
	nonce := make([]byte, c.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		panic(err)
	}
	return c.aead.Seal(nonce, nonce, plaintext, nil)
}

func (c cipherKey) decrypt(ciphertext []byte) ([]byte, error) {
	size := c.aead.NonceSize()
	if len(ciphertext) < size {
		return nil, invalid("the ciphertext is too short")
	}
	plaintext, err := c.aead.Open(nil, ciphertext[:size], ciphertext[size:], nil)
	if err != nil {
		return nil, invalid("the ciphertext was not made by this state service")
	}
	return plaintext, nil
}

func (a *api) encrypt(r *http.Request) (any, error) {
	request, err := read[apitype.EncryptValueRequest](r)
	return apitype.EncryptValueResponse{Ciphertext: a.cipher.encrypt(request.Plaintext)}, err
}

func (a *api) decrypt(r *http.Request) (any, error) {
	request, err := read[apitype.DecryptValueRequest](r)
	if err != nil {
		return nil, err
	}
	plaintext, err := a.cipher.decrypt(request.Ciphertext)
	return apitype.DecryptValueResponse{Plaintext: plaintext}, err
}

func (a *api) batchEncrypt(r *http.Request) (any, error) {
	request, err := read[apitype.BatchEncryptRequest](r)
	response := apitype.BatchEncryptResponse{Ciphertexts: [][]byte{}}
	for _, plaintext := range request.Plaintexts {
		response.Ciphertexts = append(response.Ciphertexts, a.cipher.encrypt(plaintext))
	}
	return response, err
}

// batchDecrypt answers by ciphertext in base64, as the client looks the plaintexts up.
func (a *api) batchDecrypt(r *http.Request) (any, error) {
	request, err := read[apitype.BatchDecryptRequest](r)
	if err != nil {
		return nil, err
	}
	response := apitype.BatchDecryptResponse{Plaintexts: map[string][]byte{}}
	for _, ciphertext := range request.Ciphertexts {
		plaintext, err := a.cipher.decrypt(ciphertext)
		if err != nil {
			return nil, err
		}
		response.Plaintexts[base64.StdEncoding.EncodeToString(ciphertext)] = plaintext
	}
	return response, nil
}
