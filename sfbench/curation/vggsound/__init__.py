"""VGGSound as a source: lists, names, media in trees and shards, what VGGSounder says."""
