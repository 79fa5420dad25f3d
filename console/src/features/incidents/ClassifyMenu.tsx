// What something turned out to be: the classifications of the house, each with its determinations.
import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { classificationsQuery } from "../../api/queries";

interface Props {
  disabled: boolean;
  onChoose: (classification: string, determination: string) => void;
}

export function ClassifyMenu({ disabled, onChoose }: Props) {
  const kinds = useQuery(classificationsQuery).data ?? [];
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target><Button disabled={disabled}>Classify</Button></Menu.Target>
      <Menu.Dropdown className="facets">
        {kinds.map(({ classification, determinations }) => (
          <div key={classification}>
            <Menu.Label>{classification}</Menu.Label>
            {determinations.map((determination) => (
              <Menu.Item key={determination} onClick={() => onChoose(classification, determination)}>{determination}</Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
