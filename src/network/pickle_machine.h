// The stack machine behind load_pickle: one per pickle, used once, by one thread.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "network/byte_reader.h"
#include "network/pickle.h"

namespace kennel::network {

class PickleMachine {
 public:
  explicit PickleMachine(base::ByteView bytes) : reader_(bytes) {}

  [[nodiscard]] base::Result<Pickle> run();

 private:
  using Step = base::Result<void> (PickleMachine::*)();
  struct Opcode {
    std::uint8_t code;
    std::string_view name;
    Step step;  // null: an instruction that exists, and that we refuse
  };
  static const Opcode* find_opcode(std::uint8_t code);

  base::Result<void> run_step(std::uint8_t code);

  // Instructions about the pickle itself.
  base::Result<void> begin_protocol();
  base::Result<void> begin_frame();
  base::Result<void> stop();
  base::Result<void> refuse_instance();

  // Instructions that push a value.
  base::Result<void> push_none() { return push(PickleNone{}); }
  base::Result<void> push_true() { return push(true); }
  base::Result<void> push_false() { return push(false); }
  template <class T>
  base::Result<void> push_integer();
  template <class Length>
  base::Result<void> push_long();
  base::Result<void> push_float();
  template <class Length>
  base::Result<void> push_text();
  template <class Length>
  base::Result<void> push_bytes();

  // Instructions that build containers.
  base::Result<void> mark();
  base::Result<void> push_empty_list();
  base::Result<void> push_empty_dict();
  base::Result<void> push_marked_tuple();
  template <std::size_t kCount>
  base::Result<void> push_tuple();
  base::Result<void> append();
  base::Result<void> append_marked();
  base::Result<void> set_item();
  base::Result<void> set_marked_items();

  // Instructions with names in them: where a pickle could do harm.
  base::Result<void> push_global();
  base::Result<void> push_stack_global();
  base::Result<void> reduce();
  base::Result<void> build();
  base::Result<void> push_persistent();

  template <class Index>
  base::Result<void> put_memo();
  base::Result<void> memoize();
  template <class Index>
  base::Result<void> get_memo();

  // Counts what was made, so that a small file cannot ask for much.
  base::Result<void> spend(std::size_t values);
  base::Result<void> push(PickleValue value);
  base::Result<PickleValue> pop();
  // The values above the latest mark; both leave the stack.
  base::Result<PickleItems> pop_marked();
  base::Result<void> push_tuple_of(PickleItems items);
  base::Result<void> append_to_top(PickleItems items);
  base::Result<void> set_items_of_top(const PickleItems& items);
  base::Result<void> set_memo(std::uint32_t index);

  template <class T>
  base::Result<T> pop_as(std::string_view wanted);
  // The value that stays on top of the stack.
  template <class T>
  base::Result<T> top_as(std::string_view wanted) const;
  [[nodiscard]] bool has_top() const {
    return stack_.size() > (marks_.empty() ? 0 : marks_.back());
  }

  ByteReader reader_;
  Pickle pickle_;
  PickleItems stack_;
  std::vector<std::size_t> marks_;  // heights of the stack, growing
  std::unordered_map<std::uint32_t, PickleValue> memo_;
  std::unordered_map<std::string_view, StorageId> storage_ids_;
  std::size_t values_spent_ = 0;
  bool stopped_ = false;
};

}  // namespace kennel::network
