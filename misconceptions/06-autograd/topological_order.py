"""topological_order(root): known answers."""

# %% probe
def probe_topological_order(topological_order):
    """Look at a shared graph, a lone node, a diamond, a deep chain, and whether the nodes stay."""

    class Spot:
        """A node with a number."""

        def __init__(self, data, *parents):
            self.data, self.grad, self.parents, self.slopes = float(data), 0.0, parents, (1.0,) * len(parents)

    def shared():
        one, two = Spot(4.5), Spot(1.25)
        three = Spot(7.75, one, two)
        four = Spot(2.5, three, one)
        return Spot(6.25, four, three, one)

    def ladder():
        spots = [Spot(0)]
        for k in range(1, 7):
            spots.append(Spot(5.25 * k % 4, *spots))
        return spots[-1]

    def chain(length):
        spot = Spot(0)
        for k in range(1, length):
            spot = Spot(2.25 * k % 5, spot)
        return spot

    def numbers(root):
        return [float(spot.data) for spot in topological_order(root)]

    def afterwards():
        topological_order(root := shared())
        return [root.grad, root.data, len(root.parents), len(root.parents[0].parents)]

    yield lambda: numbers(Spot(7.5))
    yield lambda: numbers(chain(5))
    yield lambda: numbers(shared())
    yield lambda: sorted(numbers(shared()))
    yield lambda: numbers(ladder())
    yield lambda: len(numbers(ladder()))
    yield lambda: len(topological_order(chain(1_600)))
    yield afterwards
    yield lambda: [numbers(shared())[-1], numbers(shared())[-1]]
    yield lambda: numbers(Spot(2.5, Spot(4.5), Spot(4.5)))


# %% wrong: calls-itself
# hint: The function calls itself for each parent. A deep graph ends in a RecursionError: keep the nodes
#  that wait in a list.
def topological_order(root):
    order, met = [], set()

    def visit(node):
        if node not in met:
            met.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


# %% wrong: root-first
# hint: The list begins with root, and parents come after what was computed from them. Turn it around.
#-    return order
#+    return order[::-1]


# %% wrong: breadth-first
# hint: Each node is appended when it is met, and the list is turned around at the end. A node that is used early
#  and late then stands too late: append it when its parents are done.
def topological_order(root):
    order, waiting = [root], [root]
    while waiting:
        for parent in waiting.pop(0).parents:
            if parent not in order:
                order.append(parent)
                waiting.append(parent)
    return order[::-1]


# %% wrong: appended-when-taken
# hint: A node is appended when it is taken from the list, before its parents are done.
def topological_order(root):
    order, met, waiting = [], set(), [root]
    while waiting:
        node = waiting.pop()
        if node not in met:
            met.add(node)
            order.append(node)
            waiting.extend(node.parents)
    return order[::-1]


# %% wrong: each-use-again
# hint: A node that is used twice stands twice in the list. Note which nodes were met.
#-    order, met, waiting = [], set(), [(root, False)]
#+    order, waiting = [], [(root, False)]
#-        elif node not in met:
#-            met.add(node)
#+        else:


# %% wrong: without-root
# hint: root itself is missing. It belongs to the end of the list.
#-    return order
#+    return order[:-1]


# %% wrong: without-given-numbers
# hint: The numbers without parents are missing. They need a slope, too: put them into the list.
#-        elif node not in met:
#+        elif node not in met and node.parents:


# %% wrong: first-parent-only
# hint: Only the first parent of each node is followed. Follow all of them.
def topological_order(root):
    order, node = [root], root
    while node.parents:
        node = node.parents[0]
        order.append(node)
    return order[::-1]


# %% wrong: values-instead-of-nodes
# hint: The list holds the data of the nodes. Put the nodes themselves into it.
#-            order.append(node)
#+            order.append(node.data)


# %% wrong: met-too-early
# hint: A node is noted as met when it is put into the list of those that wait. It may have to move ahead: note it when
#  it is taken.
#-    order, met, waiting = [], set(), [(root, False)]
#+    order, met, waiting = [], {root}, [(root, False)]
#-        elif node not in met:
#-            met.add(node)
#+        else:
#-            waiting.extend((parent, False) for parent in node.parents)
#+            for parent in node.parents:
#+                if parent not in met:
#+                    met.add(parent)
#+                    waiting.append((parent, False))


# %% wrong: sorted-by-value
# hint: The nodes are sorted by their data. The order has to come from who is computed from whom.
def topological_order(root):
    met, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node not in met:
            met.add(node)
            waiting.extend(node.parents)
    return sorted(met, key=lambda node: node.data)


# %% wrong: empties-the-parents
# hint: The parents of the nodes are taken away. Leave the nodes as they are: a second call must find the same.
def topological_order(root):
    order, waiting = [], [root]
    while waiting:
        node = waiting[-1]
        if node.parents:
            *rest, parent = node.parents
            node.parents = tuple(rest)
            waiting.append(parent)
        else:
            if node not in order[-400:] and node not in order:
                order.append(node)
            waiting.pop()
    return order


# %% right: counts-the-uses
def topological_order(root):
    uses, waiting, met = {root: 0}, [root], {root}
    while waiting:
        for parent in waiting.pop().parents:
            uses[parent] = uses.get(parent, 0) + 1
            if parent not in met:
                met.add(parent)
                waiting.append(parent)
    order, free = [], [root]
    while free:
        node = free.pop()
        order.append(node)
        for parent in node.parents:
            uses[parent] -= 1
            if uses[parent] == 0:
                free.append(parent)
    order.reverse()
    return order


# %% right: iterators-on-a-stack
def topological_order(root):
    order, met = [], {id(root)}
    stack = [(root, iter(root.parents))]
    while stack:
        node, parents = stack[-1]
        for parent in parents:
            if id(parent) not in met:
                met.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(node)
            stack.pop()
    return order


# %% right: looks-until-all-are-done
def topological_order(root):
    done = {}
    stack = [root]
    while stack:
        missing = [parent for parent in stack[-1].parents if parent not in done]
        if missing:
            stack += missing
        else:
            done[stack.pop()] = True
    return tuple(done)


# %% right: keeps-a-note-in-the-node
def topological_order(root):
    order, stack = [], [root]
    mark = object()
    while stack:
        node = stack.pop()
        if getattr(node, "_mark", None) is mark:
            if not any(node is other for other in order[-3:]) and getattr(node, "_done", None) is not mark:
                node._done = mark
                order.append(node)
            continue
        node._mark = mark
        stack.append(node)
        stack.extend(parent for parent in node.parents if getattr(parent, "_done", None) is not mark)
    return order


# %% wrong: one-node-for-each-number
# hint: Two nodes with the same number are taken for one. Note the nodes that were met, not their data.
#-        elif node not in met:
#-            met.add(node)
#+        elif node.data not in met:
#+            met.add(node.data)
