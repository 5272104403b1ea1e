/** What the codes of the YAML parser mean, in words that quote nothing of the text. */
import type { ErrorCode } from "yaml";

export const SYNTAX_PHRASES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias has a tag or an anchor of its own",
  BAD_ALIAS: "an alias or anchor has a bad name",
  BAD_COLLECTION_TYPE: "a list or map has a tag of another type",
  BAD_DIRECTIVE: "a directive is malformed",
  BAD_DQ_ESCAPE: "a double-quoted text has an unknown escape",
  BAD_INDENT: "the indentation is wrong, or a bracket is not closed",
  BAD_PROP_ORDER: "a tag or anchor is in the wrong place",
  BAD_SCALAR_START: "a value without quotes begins with a character that must be quoted",
  BLOCK_AS_IMPLICIT_KEY: "a list or map stands where a key is expected; often a `:` too many in one line",
  BLOCK_IN_FLOW: "an indented block stands within brackets",
  DUPLICATE_KEY: "this key is in the map already",
  IMPOSSIBLE: "it cannot be made sense of",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "a quote, bracket, comma or space is missing",
  MULTILINE_IMPLICIT_KEY: "a key spans several lines; often a `:` is missing",
  MULTIPLE_ANCHORS: "a node has several anchors",
  MULTIPLE_DOCS: "there are several documents",
  MULTIPLE_TAGS: "a node has several tags",
  NON_STRING_KEY: "a key is not a text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "a tab is used for indentation; use spaces",
  TAG_RESOLVE_FAILED: "a value does not fit its tag",
  UNEXPECTED_TOKEN: "something stands here that does not belong",
};
