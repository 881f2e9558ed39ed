package store

import (
	"bytes"

	bolt "go.etcd.io/bbolt"
)

func forPrefix(bucket *bolt.Bucket, prefix []byte, each func(key, value []byte) error) error {
	cursor := bucket.Cursor()
	for key, value := cursor.Seek(prefix); bytes.HasPrefix(key, prefix); key, value = cursor.Next() {
		if err := each(key, value); err != nil {
			return err
		}
	}
	return nil
}

func deletePrefix(bucket *bolt.Bucket, prefix []byte) error {
	var keys [][]byte
	err := forPrefix(bucket, prefix, func(key, _ []byte) error {
		keys = append(keys, bytes.Clone(key))
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := bucket.Delete(key); err != nil {
			return err
		}
	}
	return nil
}
