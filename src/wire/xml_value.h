// Values of shapes in XML: bodies of rest-xml in both directions, answers of the query protocol.
// Pure functions. The pugixml wall stands behind read_xml_value.
#pragma once

#include <string>
#include <string_view>

#include "wire/read.h"
#include "wire/shape.h"
#include "wire/timestamp.h"

namespace kennel::wire {

// A structure out of a document whose root has the given name (any, where it is empty). Members
// that do not travel in the body and unknown elements are ignored. A document type is refused.
[[nodiscard]] Read<Document> read_xml_value(const Shape& shape, std::string_view text,
                                            std::string_view root_name);

// Appends elements to a document. Milliseconds: S3 writes them always, IAM where there are any.
class XmlWriter {
 public:
  explicit XmlWriter(Fraction fraction) : fraction_(fraction) {}

  void open(std::string_view name, std::string_view default_namespace = {});
  void close(std::string_view name);
  void text_element(std::string_view name, std::string_view text);
  void element_with_namespace(std::string_view name, std::string_view default_namespace,
                              std::string_view text);
  // The members that travel in the body, without an element around them.
  void members(const Shape& structure, const Document& value);
  // A member with its own element, or its items with theirs where it is flattened.
  void member(const Member& member, const Document& value);
  // A structure in an element of that name and default namespace.
  void root(std::string_view name, std::string_view default_namespace, const Shape& structure,
            const Document& value);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  struct Element;
  void element(const Element& element, const Shape& shape, const Document& value);
  void list_items(std::string_view name, const Shape& shape, const Document& value);
  void map_entry(std::string_view name, const Shape& shape, const std::string& key,
                 const Document& value);
  void attributes(const Shape& structure, const Document& value);
  void attribute(std::string_view name, std::string_view value);
  [[nodiscard]] std::string scalar(const Shape& shape, const Document& value,
                                   TimestampFormat of_member) const;

  Fraction fraction_;
  std::string out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
};

}  // namespace kennel::wire
